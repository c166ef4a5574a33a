//! What a simulator can be told: delays, limits, and the choices where the API reference leaves a point open.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::alibaba::settings::AlibabaSettings;

/// Settings of a simulator, as a settings file holds them and `/_sim/settings` changes them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Seed of everything that is drawn: ids, tokens, faults.
    pub seed: u64,
    /// How long things take.
    pub delays: Delays,
    /// Refuse unknown parameters and fields instead of ignoring them.
    pub strict: bool,
    /// Shape of VPCEP error bodies (VPCEP API reference, section 7.2).
    pub error_shape: ErrorShape,
    /// Status of a delete that was taken: 200, 202 or 204 (section 9, trap 1).
    pub delete_status: u16,
    /// Quotas for every project, instead of those of its account.
    pub quota: Option<Quota>,
    /// Whitelist records per service (section 8).
    pub whitelist_records: usize,
    /// Whitelist records, or connections, in one batch call (section 8).
    pub batch: usize,
    /// Entries of an endpoint's own whitelist (section 8).
    pub endpoint_whitelist: usize,
    /// Tags on one object (section 8).
    pub tags_per_resource: usize,
    /// Which generation of tag rules holds (section 9, trap 19).
    pub tag_rules: TagRules,
    /// Longest description of services, endpoints and connections (section 8).
    pub description: usize,
    /// What `permissions/action` answers (section 9, trap 9).
    pub permissions_answer: PermissionsAnswer,
    /// What `permissions/batch-delete` answers (section 9, trap 44).
    pub batch_delete_answer: BatchDeleteAnswer,
    /// What `limit=0` means (section 3.1).
    pub limit_zero: LimitZero,
    /// What a rename answers (section 9, trap 43).
    pub rename_answer: RenameAnswer,
    /// What becomes of pending and rejected endpoints when their service goes (section 13).
    pub orphaned_endpoints: OrphanedEndpoints,
    /// Whether a service's `port_id` may be changed (section 10; otherwise `EndPoint.3054`).
    pub port_id_change: PortIdChange,
    /// Whether an endpoint can be deleted while it is being created (section 5.5.5).
    pub delete_while_creating: bool,
    /// Write port numbers as strings (section 9, trap 2).
    pub ports_as_strings: bool,
    /// Write `marker_id` as a string (section 9, trap 3).
    pub marker_id_as_string: bool,
    /// Write `active_status` as a string (section 9, trap 5).
    pub active_status_as_string: bool,
    /// How long a token lives (section 2.1).
    pub token_life: SignedDuration,
    /// How far a signature's date may be off (section 2.4).
    pub signature_skew: SignedDuration,
    /// Failed signatures of one access key before it is locked for five minutes (section 7.2); none: never.
    pub lock_after: Option<u32>,
    /// What networks, and other things that no API here tells of, are to a world that does not hold them.
    pub unseen: Unseen,
    /// What is Alibaba Cloud's alone.
    pub alibaba: AlibabaSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            seed: 0,
            delays: Delays::default(),
            strict: false,
            error_shape: ErrorShape::Flat,
            delete_status: 204,
            quota: None,
            whitelist_records: 500,
            batch: 50,
            endpoint_whitelist: 20,
            tags_per_resource: 20,
            tag_rules: TagRules::New,
            description: 512,
            permissions_answer: PermissionsAnswer::Echo,
            batch_delete_answer: BatchDeleteAnswer::Empty,
            limit_zero: LimitZero::Default,
            rename_answer: RenameAnswer::Full,
            orphaned_endpoints: OrphanedEndpoints::Keep,
            port_id_change: PortIdChange::Any,
            delete_while_creating: false,
            ports_as_strings: false,
            marker_id_as_string: false,
            active_status_as_string: false,
            token_life: SignedDuration::from_hours(24),
            signature_skew: SignedDuration::from_mins(15),
            lock_after: Some(5),
            unseen: Unseen::Missing,
            alibaba: AlibabaSettings::default(),
        }
    }
}

impl Settings {
    /// For the embedded cloud: progress is visible, and nobody waits.
    pub fn embedded() -> Settings {
        let delays = Delays {
            service_create: SignedDuration::from_millis(1500),
            service_delete: SignedDuration::from_millis(1000),
            endpoint_create: SignedDuration::from_millis(1000),
            endpoint_delete: SignedDuration::from_millis(1000),
            accept: SignedDuration::from_millis(500),
        };
        Settings { delays, ..Settings::default() }
    }

    /// For tests and benches: every operation is done when it is answered.
    pub fn immediate() -> Settings {
        Settings { delays: Delays::all(SignedDuration::ZERO), ..Settings::default() }
    }
}

/// How long operations take.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Delays {
    /// `creating` of a service.
    pub service_create: SignedDuration,
    /// `deleting` of a service.
    pub service_delete: SignedDuration,
    /// `creating` of an endpoint.
    pub endpoint_create: SignedDuration,
    /// `deleting` of an endpoint.
    pub endpoint_delete: SignedDuration,
    /// `creating` of an endpoint that was accepted.
    pub accept: SignedDuration,
}

impl Default for Delays {
    /// What the vendor documents: one to two minutes (VPCEP API reference, section 6.3).
    fn default() -> Self {
        Delays { accept: SignedDuration::from_secs(3), ..Delays::all(SignedDuration::from_secs(90)) }
    }
}

impl Delays {
    /// The same for every operation.
    pub fn all(delay: SignedDuration) -> Delays {
        Delays {
            service_create: delay,
            service_delete: delay,
            endpoint_create: delay,
            endpoint_delete: delay,
            accept: delay,
        }
    }
}

/// Quotas of an account in a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quota {
    /// Services.
    pub endpoint_service: u64,
    /// Endpoints.
    pub endpoint: u64,
}

impl Default for Quota {
    /// VPCEP API reference, section 8.
    fn default() -> Self {
        Quota { endpoint_service: 20, endpoint: 50 }
    }
}

/// What becomes of a request that names a network, a back end or the like that the world does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unseen {
    /// It is refused: the world is all there is.
    Missing,
    /// It is taken as there: the world was drawn after a cloud that does not show everything.
    Assumed,
}

/// Shapes of an error body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorShape {
    /// `{"error_code", "error_msg"}`
    Flat,
    /// `{"error": {"code", "message"}}`
    Nested,
}

/// Generations of tag rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagRules {
    /// Keys of 36 and values of 43 characters.
    Old,
    /// Keys of 128 and values of 255 characters.
    New,
}

/// Answers of `permissions/action`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermissionsAnswer {
    /// The entries of the call.
    Echo,
    /// The whole list.
    All,
}

/// Answers of `permissions/batch-delete`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchDeleteAnswer {
    /// An empty array.
    Empty,
    /// The removed records.
    Removed,
    /// The records that are left.
    Remaining,
}

/// Meanings of `limit=0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitZero {
    /// As if it was not given.
    Default,
    /// An empty page.
    Empty,
}

/// Answers of a rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenameAnswer {
    /// The full name.
    Full,
    /// The name as it was sent.
    Raw,
}

/// Fates of the endpoints of a service that goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrphanedEndpoints {
    /// They stay as they are and can be deleted.
    Keep,
    /// They become `failed`.
    Fail,
}

/// When `port_id` of a service may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortIdChange {
    /// Whatever the back end is.
    Any,
    /// Only for `VM`.
    VmOnly,
    /// Never.
    Never,
}
