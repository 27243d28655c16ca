"""What a client does about each reason: the one part of docs/errors.md that no code knows."""

from collections.abc import Mapping

_LATER = "wait as told, then the same call again, with backoff"
_BUG = "a bug in the client: report it, do not repeat the call"

ADVICE: Mapping[str, str] = {
    "INVALID_REQUEST": "a bug, or a file that is not taken: `BadRequest` names each field and what "
    "it must be; tell the user where it is their file",
    "IDENTITY_MISSING": "renew the token once, then sign in again; keep the upload's record",
    "IDENTITY_INVALID": "as IDENTITY_MISSING; if it stays, the gateway is set up wrongly",
    "UPLOAD_NOT_FOUND": "forget the record of this upload; begin with `InitResumableUpload`",
    "VIDEO_NOT_FOUND": "forget the video; create one, or upload without",
    "VIDEO_ALREADY_BOUND": "keep the binding there is: `video_id` in the metadata names it",
    "VIDEO_NOT_PENDING": "take another video, or upload without one",
    "VIDEO_HELD_BY_UPLOAD": "finish or cancel the other upload of the video, or take another video",
    "UPLOAD_NOT_WAITING": "look with `GetUpload`: it is over; `InitResumableUpload` begins again",
    "UPLOADS_DISABLED": "tell the user, keep the record, and try again after the time told",
    "DATABASE_UNAVAILABLE": _LATER,
    "STORAGE_UNAVAILABLE": _LATER,
    "SIGNER_UNAVAILABLE": _LATER,
    "OBJECT_IN_THE_WAY": _LATER,
    "CONTENTION": _LATER,
    "DEADLINE_EXCEEDED": "the same call again, with backoff. It may have been done: all calls may "
    "be repeated but `ReportUploadProgress`, and `CreateVideo` without a `request_id`",
    "REQUEST_TOO_LARGE": _BUG,
    "METHOD_UNKNOWN": "the server is older than the client: go without the method",
    "INTERNAL": "report it with the time and the trace id; once more at the next start",
    "SHUTTING_DOWN": "the same call again: another server answers",
    "UPLOAD_COMPLETED": "nothing: the video is there already",
    "SERVER_OVERLOADED": _LATER,
    "RATE_LIMITED": _LATER + "; make fewer calls: poll `GetUpload` with growing pauses",
}
