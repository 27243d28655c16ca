# What to set and to do once everything is there.
# Parts are sourced together: names are set in one and read in another.
# shellcheck shell=bash disable=SC2034,SC2153

say_farewell() {
    cat <<SETTINGS

Settings of the service:
  CATALOG_GCS__PROJECT_ID=$PROJECT
  CATALOG_GCS__BUCKET=$BUCKET
  CATALOG_GCS__SIGNER=iam
  CATALOG_GCS__SIGNER_SERVICE_ACCOUNT=$SIGNER
  CATALOG_GCS__CALLBACK_AUDIENCE=$AUDIENCE
  CATALOG_GCS__PUSH_SERVICE_ACCOUNT_EMAIL=$PUSHER
  CATALOG_PUBSUB__PROJECT_ID=$PROJECT
  CATALOG_PUBSUB__EVENTS_TOPIC=$EVENTS_TOPIC
  CATALOG_PUBSUB__CALLBACK_PATH=$CALLBACK_PATH
  DATABASE_URL=... (a secret)

Next:
  1. Run the server and the relay as $SERVICE,
     reaper and gc as $GC.
  2. Let $ENDPOINT be reached from the internet;
     the gRPC port is for the gateway alone.
  3. Subscribe consumers to $EVENTS_TOPIC, with message ordering.
  4. Check it all, with the same parameters: setup_uploads.sh --check
docs/cloud-setup.md has each of these in full.
SETTINGS
}
