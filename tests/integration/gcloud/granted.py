"""Who may do what on which resource after a setup: no more than it takes."""

from tests.integration.gcloud.cloud import account

AGENTS = "serviceAccount:service-4711@"
CUSTOM = "projects/catalog-test/roles"
LEAST_PRIVILEGE = {
    ("bucket.catalog-bucket", "roles/storage.objectCreator", account("upload-signer")),
    ("bucket.catalog-bucket", f"{CUSTOM}/catalogUploadsService", account("catalog-service")),
    ("bucket.catalog-bucket", f"{CUSTOM}/catalogUploadsGc", account("catalog-gc")),
    (
        "account.upload-signer@catalog-test.iam.gserviceaccount.com",
        "roles/iam.serviceAccountTokenCreator",
        account("catalog-service"),
    ),
    (
        "account.upload-pusher@catalog-test.iam.gserviceaccount.com",
        "roles/iam.serviceAccountOpenIdTokenCreator",
        f"{AGENTS}gcp-sa-pubsub.iam.gserviceaccount.com",
    ),
    (
        "topic.video-uploads",
        "roles/pubsub.publisher",
        f"{AGENTS}gs-project-accounts.iam.gserviceaccount.com",
    ),
    (
        "topic.video-uploads-dead",
        "roles/pubsub.publisher",
        f"{AGENTS}gcp-sa-pubsub.iam.gserviceaccount.com",
    ),
    (
        "subscription.video-uploads-push",
        "roles/pubsub.subscriber",
        f"{AGENTS}gcp-sa-pubsub.iam.gserviceaccount.com",
    ),
    ("topic.video-events", "roles/pubsub.publisher", account("catalog-service")),
}
