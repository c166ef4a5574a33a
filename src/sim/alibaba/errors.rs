//! How a request is refused (Elasticsearch and PrivateLink API reference, sections 3.7, 4.2 and 8.6).

use serde_json::{Value, json};

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// Milliseconds that the caller shall wait.
    pub(crate) after: Option<u64>,
}

/// Messages that are worth having (sections 3.7, 4.3 and 8.6).
const MESSAGES: &[(&str, &str)] = &[
    ("SignatureDoesNotMatch", "Specified signature does not match our calculation."),
    ("IncompleteSignature", "The request signature does not conform to Aliyun standards."),
    ("InvalidSignatureMethod", "Specified signature method is not valid."),
    ("SignatureNonceUsed", "Specified signature nonce was used already."),
    ("InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted."),
    ("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."),
    ("InvalidAccessKeyId.NotFound", "Specified access key is not found."),
    ("InvalidAccessKeyId.Inactive", "Specified access key is disabled."),
    ("InvalidApi.NotFound", "Specified api is not found, please check your url and method."),
    ("InvalidVersion", "Specified parameter Version is not valid."),
    ("InstanceNotFound", "The instanceId provided does not exist."),
    ("InstanceActivating", "Instance is activating."),
    (
        "InstanceStatusNotSupportCurrentAction",
        "The cluster is running tasks or in an error status. Try again later.",
    ),
    (
        "IdempotentParameterMismatch",
        "Request uses a client token in a previous request but is not identical to that request.",
    ),
    ("DryRunOperation", "Request validation has been passed with DryRun flag set."),
    ("ConcurrentCallNotSupported", "The operation conflicts with other operations. Please try again later."),
    ("Throttling.User", "Request was denied due to user flow control."),
    ("EndpointServiceNotFound", "The specified Service does not exist."),
    ("EndpointNotFound", "The specified Endpoint does not exist."),
    ("EndpointConnectionNotFound", "The specified endpoint connection does not exist."),
    ("EndpointServiceNotAuthorized", "The specified endpoint service is not authorized to user."),
    ("EndpointConnectionOperationDenied", "The endpoint is being connected."),
    ("EndpointServiceConnectionDependence", "You cannot delete EndpointService with Endpoint connected."),
    ("EndpointServiceDependenceViolation", "The specified EndpointService already contains a resource."),
    ("EndpointDuplicated", "The endpoint of the service already exists and cannot be created again."),
    ("EndpointDependenceViolation", "The specified endpoint has dependent zone(s)."),
];

/// The refusal with this code: 400, as nearly all are.
pub(crate) fn refuse(code: &str) -> Refusal {
    let message =
        MESSAGES.iter().find(|(known, _)| *known == code).map_or("The request is refused.", |(_, m)| *m);
    Refusal { status: 400, code: code.to_owned(), message: message.to_owned(), after: None }
}

impl Refusal {
    pub(crate) fn status(self, status: u16) -> Refusal {
        Refusal { status, ..self }
    }

    pub(crate) fn saying(self, message: impl Into<String>) -> Refusal {
        Refusal { message: message.into(), ..self }
    }

    /// The body; members in capitals, as the gateway and both products write them.
    pub(crate) fn body(&self, request_id: &str, host: &str) -> Value {
        json!({ "RequestId": request_id, "HostId": host, "Code": self.code, "Message": self.message })
    }
}

/// A parameter that must be there and is not.
pub(crate) fn missing(parameter: &str) -> Refusal {
    refuse(&format!("Missing{parameter}")).saying(format!("{parameter} is mandatory for this action."))
}

/// A parameter that cannot be.
pub(crate) fn invalid(parameter: &str) -> Refusal {
    refuse(&format!("Invalid{parameter}")).saying(format!("Specified parameter {parameter} is not valid."))
}
