//! What the Alibaba Cloud half can be told: the choices where the API reference leaves a point open.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// The points that nobody has verified against the live service (Elasticsearch and PrivateLink API
/// reference, section 11), and the switches of section 10.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlibabaSettings {
    /// Whether signatures are checked (section 10, point 2).
    pub signatures: Signatures,
    /// How far the date of a request may be off (section 3.5).
    pub skew: SignedDuration,
    /// How throttling is told (section 4.4).
    pub throttling: Throttling,
    /// Status of `InstanceNotFound`: 400 or 404 (section 4.3).
    pub instance_not_found: u16,
    /// What Elasticsearch answers to a dry run that passes (section 5.2).
    pub dry_run: DryRunAnswer,
    /// What a page number or size out of range draws (section 5.1).
    pub paging: Paging,
    /// Whether Elasticsearch lists `zoneId` and `securityGroupId` (section 11, point 5).
    pub undocumented_members: bool,
    /// Whether an Elasticsearch endpoint can be deleted while it is connected (section 11, point 3).
    pub delete_connected: bool,
    /// What deleting an Elasticsearch endpoint that is not there draws (section 11, point 3).
    pub delete_unknown: DeleteUnknown,
    /// Whether the service's whitelist must hold the account of Elasticsearch (section 11, point 7).
    pub whitelist_needed: bool,
    /// Whether one instance may have one endpoint of a service only (section 7).
    pub one_endpoint_per_service: bool,
    /// Endpoints of one instance (section 11, point 8).
    pub endpoints_per_instance: usize,
    /// How long client tokens are remembered (section 4.5).
    pub token_life: SignedDuration,
    /// Whether a write is refused while another one of the account is under way (section 8.1).
    pub serial_writes: bool,
}

impl Default for AlibabaSettings {
    fn default() -> Self {
        AlibabaSettings {
            signatures: Signatures::Strict,
            skew: SignedDuration::from_mins(15),
            throttling: Throttling::Hinted,
            instance_not_found: 400,
            dry_run: DryRunAnswer::NoResult,
            paging: Paging::Refuse,
            undocumented_members: true,
            delete_connected: true,
            delete_unknown: DeleteUnknown::NotFound,
            whitelist_needed: true,
            one_endpoint_per_service: true,
            endpoints_per_instance: 100,
            token_life: SignedDuration::from_hours(24),
            serial_writes: true,
        }
    }
}

/// Whether signatures are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signatures {
    /// All of them.
    Strict,
    /// Only the AccessKey has to be a known one.
    Off,
}

/// How throttling is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Throttling {
    /// 429, with the milliseconds to wait.
    Hinted,
    /// 400, without.
    Bare,
}

/// Answers to a dry run that passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DryRunAnswer {
    /// 200, without a result.
    NoResult,
    /// The code `DryRunOperation`, as PrivateLink does.
    Code,
}

/// Answers to a page that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// `InvalidParameter`.
    Refuse,
    /// The nearest that can be.
    Clamp,
}

/// Answers to the deletion of what is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeleteUnknown {
    /// `EndpointNotFound`.
    NotFound,
    /// `Result: false`.
    ResultFalse,
    /// `Result: true`.
    ResultTrue,
}
