//! What an error answer says: its code in either spelling, and what the code means (Elasticsearch and
//! PrivateLink API reference, sections 3.7, 4.2 to 4.4 and 8.6; the table is `errors.tsv`).

use std::sync::LazyLock;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::Value as Json;

use super::fields::Fields;
use crate::provider::error_table::ErrorTable;
use crate::provider::verdict::{ErrorAnswer, class_by_status, plain, retry_by_status};
use crate::provider::{Class, Explained};
use crate::resource::Fault;

static TABLE: LazyLock<ErrorTable> = LazyLock::new(|| ErrorTable::read(include_str!("errors.tsv")));

/// What a code means. Clients decide by it, never by the status alone.
pub fn explain(code: &str) -> Option<&'static Explained> {
    TABLE.get(code)
}

/// Both spellings occur (section 4.2).
fn code_of(json: &Json) -> Option<String> {
    let fields = Fields::of(json);
    fields.text("Code").or_else(|| fields.text("code"))
}

/// Whether a body says that the call failed, whatever its status.
pub(super) fn has_code(json: &Json) -> bool {
    code_of(json).is_some_and(|code| code != "200" && !code.eq_ignore_ascii_case("success"))
}

/// Reads an answer that is no success.
pub(super) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ErrorAnswer {
    let json: Json = serde_json::from_slice(body).unwrap_or_default();
    let fields = Fields::of(&json);
    let code = code_of(&json).unwrap_or_default();
    let row = explain(&code);
    let class = row.map_or_else(|| class_by_status(status), |row| row.class);
    // A hint how long to wait is only given to who is throttled (section 4.4).
    let throttled = status == StatusCode::TOO_MANY_REQUESTS || retry_after(headers).is_some();
    let message = fields.text("Message").or_else(|| fields.text("message")).unwrap_or_else(|| {
        let name = status.canonical_reason().unwrap_or("an unknown status");
        let shown = plain(&String::from_utf8_lossy(body));
        let colon = if shown.is_empty() { "" } else { ": " };
        format!("HTTP {} {name}{colon}{shown}", status.as_u16())
    });
    // It goes on with the whole request, encoded, which may hold what must not be shown (trap 35).
    let message = match code.as_str() {
        "SignatureDoesNotMatch" => message.split_inclusive('.').next().unwrap_or_default().to_owned(),
        _ => message,
    };
    let header = headers.get("x-acs-request-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let request_id = fields.text("RequestId").or_else(|| fields.text("requestId")).or(header);
    ErrorAnswer {
        status,
        class: if throttled { Class::Throttle } else { class },
        retry: row.map_or_else(|| retry_by_status(status), |row| row.retry),
        vouched: !code.is_empty(),
        unchangeable: None,
        fault: Fault {
            meaning: row.map_or_else(String::new, |row| row.meaning.to_owned()),
            advice: row.map_or_else(String::new, |row| row.action.to_owned()),
            code,
            message,
            request_id: request_id.unwrap_or_default(),
        },
    }
}

/// What `x-acs-retry-after` asks for: milliseconds, unlike `Retry-After` (trap 18). Zero, negative and
/// anything else say nothing.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("x-acs-retry-after")?.to_str().ok()?;
    let millis: u64 = text.trim().parse().ok().filter(|millis| *millis > 0)?;
    Some(Duration::from_millis(millis.min(120_000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str, after: Option<&str>) -> ErrorAnswer {
        let name = http::HeaderName::from_static("x-acs-retry-after");
        let headers = after.map(|after| (name, after.parse().unwrap())).into_iter().collect();
        read(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes())
    }

    #[test]
    fn codes_decide_in_either_spelling() {
        for (status, body, after, code, class, retry) in [
            (
                400,
                r#"{"RequestId":"r","Code":"InstanceNotFound","Message":"m"}"#,
                None,
                "InstanceNotFound",
                Class::Missing,
                false,
            ),
            (
                404,
                r#"{"requestId":"r","code":"InstanceNotFound","message":"m"}"#,
                None,
                "InstanceNotFound",
                Class::Missing,
                false,
            ),
            (
                400,
                r#"{"Code":"Throttling.User","Message":"m"}"#,
                None,
                "Throttling.User",
                Class::Throttle,
                true,
            ),
            (
                400,
                r#"{"Code":"QPS Limit Exceeded","Message":"m"}"#,
                None,
                "QPS Limit Exceeded",
                Class::Throttle,
                true,
            ),
            (400, r#"{"Code":"Odd","Message":"m"}"#, Some("1500"), "Odd", Class::Throttle, false),
            (
                400,
                r#"{"Code":"ConcurrentCallNotSupported","Message":"m"}"#,
                Some("-1"),
                "ConcurrentCallNotSupported",
                Class::State,
                true,
            ),
            (
                400,
                r#"{"Code":"IncorrectStatus.VpcEndpointService","Message":"m"}"#,
                None,
                "IncorrectStatus.VpcEndpointService",
                Class::State,
                true,
            ),
            (503, "", None, "", Class::Internal, true),
        ] {
            let answer = answer(status, body, after);
            let seen = (answer.fault.code.as_str(), answer.class, answer.retry);
            assert_eq!(seen, (code, class, retry), "{body}");
        }
        assert!(answer(502, "<Error>no</Error>", None).fault.message.contains("HTTP 502 Bad Gateway: no"));
        let after = |text: &str| {
            let name = http::HeaderName::from_static("x-acs-retry-after");
            retry_after(&[(name, text.parse().unwrap())].into_iter().collect())
        };
        assert_eq!(after("1500"), Some(Duration::from_millis(1500)));
        assert_eq!([after("0"), after("-1"), after("soon")], [None, None, None]);
    }

    /// Every code that the reference declares, families by one of their members (sections 3.7, 4.3, 4.4 and 8.6).
    const DECLARED: &str = "
        SignatureDoesNotMatch IncompleteSignature InvalidSignatureMethod SignatureNonceUsed InvalidTimeStamp.Format
        InvalidTimeStamp.Expired InvalidAccessKeyId.NotFound InvalidAccessKeyId.Inactive InvalidSecurityToken.Expired
        InvalidSecurityToken.MismatchWithAccessKey MissingSecurityToken InvalidApi.NotFound InvalidAction.NotFound
        InvalidVersion InvalidProtocol.NeedSsl UnsupportedHTTPMethod MissingServiceId InvalidUserId NoPermission
        Forbidden.RAM Forbidden Throttling Throttling.User Throttling.Api ServiceUnavailable InternalError
        InternalServerError InstanceNotFound InstanceActivating InstanceStatusNotSupportCurrentAction
        ConcurrencyUpdateInstanceConflict InstanceDuplicateScheduledTask TokenPreviousRequestProcessError
        RepetitionOperationError ComponentCodeValueError UserNotOpen UserUnauthorized StsRoleAccountNoPermission
        SubAccountNoPermission Rejected.Throttling
        EndpointServiceExist AlbNotFound LoadBalancerNotFound LoadBalancerNotSupportPrivateLink
        GenerateResourceIdFailed QuotaMisMatched VSwitchNotFound EndpointServicePayerForbidden NeedOpenProduct
        EndpointServiceNotSupportedZone IllegalParamFormat.ServiceDescription MissingParam.ZoneId
        ResourceNotFound.NatGateway Mismatch.ResourceType EndpointServiceNotSupportIpv6
        OperationDenied.PrivateDomainNotSupport Conflict.ServiceName InvalidParam.PrivateDnsName
        EndpointServiceNotFound EndpointServiceLocked EndpointServiceOperationDenied ServiceResourceNotSupportIpv6
        EndpointServiceDowngradeNotAllowed DependencyViolation.PrivateDnsName EndpointServiceDependenceViolation
        EndpointServiceConnectionDependence DeleteFailedDueToEndpointExist EndpointServiceResourceExist
        EndpointServiceResourceTypeNotSupport EndpointServiceResourceTypeNotEqual EndpointServiceResourceNotFound
        EndpointServiceResourceCannotRemove MissingParam.UserArn Mismatch.UserIdAndUserArn EndpointExist
        EndpointZoneDuplicated VSwitchStatusNotAllowed SecurityGroupNotFound SecurityGroupTypeNotSupport
        VpcTunnelNotFound VpcNotFound EndpointMustContainSecurityGroup EndpointDuplicated EndpointServiceDeleted
        EniIpUnavailable EndpointServiceNotAuthorized QuotaExceeded.IpQuotaPerEp QuotaExceeded.epZonePerEndpoint
        QuotaExceeded.totalEpPerVpc QuotaExceeded.totalIdleEndpoint Mismatch.EndpointType
        IncorrectStatus.VpcEndpointService CheckServiceLinkRoleError ResourceNotEnough.VSwitchIp
        OperationDenied.EndpointPolicyNotSupport EndpointNotFound EndpointConnectionNotFound EndpointOperationDenied
        EndpointLocked EndpointConnectionOperationDenied EndpointProtected OperationDenied.EndpointProtected
        EndpointDependenceViolation EndpointZoneNotFound OperationDenied.NoAvailableServiceResource
        UpdateBandWidthUnSupported OperationDenied.VpcNatServiceResourceTypeNotSupportBandwidth
        IncorrectBusinessStatus.VpcEndpointService ResourceNotFound.VpcEndpoint ConcurrentCallNotSupported
        DryRunOperation FinancialLocked FinacialLocked ServiceDeleted";

    #[test]
    fn every_declared_code_is_explained() {
        for code in DECLARED.split_whitespace().chain(["QPS Limit Exceeded"]) {
            let row = explain(code).unwrap_or_else(|| panic!("{code} has no row"));
            assert!(!row.meaning.is_empty(), "{code}");
        }
        let class = |code: &str| explain(code).map(|row| row.class);
        assert_eq!(class("ResourceNotFound.VpcEndpoint"), Some(Class::Missing), "its family");
        assert_eq!(class("MissingSecurityToken"), Some(Class::Auth), "a row of its own comes first");
        assert_eq!(class("Unheard"), None);
    }

    #[test]
    fn a_success_with_a_code_is_none() {
        assert!(has_code(&serde_json::json!({"Code": "InstanceActivating", "Message": "m"})));
        assert!(!has_code(&serde_json::json!({"RequestId": "r", "Result": true})));
    }
}
