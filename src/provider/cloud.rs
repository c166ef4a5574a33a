//! A cloud behind a provider block: the one place where the engine's questions reach a vendor.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::alibaba::{self, Alibaba};
use super::huaweicloud::{self, Huawei};
use super::{
    Call, Class, Clock, Effect, Explained, ProviderSetting, Read, ReadFault, Reply, SettingFault, Settling,
    Transport, Write, WriteFault,
};
use crate::resource::{Attributes, Catalog, Identity, Kind, Object, Value};
use crate::state::Ticket;

/// One provider block at work.
#[derive(Clone, Debug)]
pub enum Cloud {
    /// Alibaba Cloud.
    Alibaba(Alibaba),
    /// Huawei Cloud.
    Huawei(Huawei),
}

/// The kinds and settings of all providers.
pub fn catalog() -> Catalog {
    Catalog::new(huaweicloud::kinds::kinds().into_iter().chain(alibaba::kinds::kinds()))
        .with_settings(alibaba::kinds::PROVIDER_TYPE, alibaba::SETTINGS)
        .with_settings(huaweicloud::kinds::PROVIDER_TYPE, huaweicloud::SETTINGS)
}

/// What a code of any cloud's error table means.
pub fn explain(code: &str) -> Option<&'static Explained> {
    huaweicloud::explain(code).or_else(|| alibaba::explain(code))
}

/// Whose kinds these are.
#[derive(Clone, Copy)]
enum Owner {
    Alibaba,
    Huawei,
}

/// Kinds belong to one provider type, so the kind is all that it takes to know whose it is.
///
/// # Panics
/// If no provider has the kind: a mistake of ours.
fn owner(kind: &Kind) -> Owner {
    match kind.as_str().split_once('_').map(|(family, _)| family) {
        Some("vpcep") => Owner::Huawei,
        Some("elasticsearch" | "privatelink") => Owner::Alibaba,
        _ => panic!("{kind} belongs to no provider: please report"),
    }
}

/// The calls of an effect, in order. Pure.
///
/// # Panics
/// If no provider has the kind: a mistake of ours.
pub fn calls(kind: &Kind, effect: &Effect) -> Vec<Call> {
    match owner(kind) {
        Owner::Alibaba => alibaba::calls(kind, effect),
        Owner::Huawei => huaweicloud::calls(kind, effect),
    }
}

/// What the call that makes an object asks for: of all that is wanted, not what only later calls set.
/// Until those were made the object shows there what the cloud chose.
pub fn asked(kind: &Kind, want: &Attributes) -> Attributes {
    let calls = calls(kind, &Effect::Create { want: want.clone() });
    let later: Vec<&str> = calls.iter().filter_map(|call| call.sets.as_deref()).collect();
    want.iter().filter(|(name, _)| !later.contains(name)).map(|(n, v)| (n.to_owned(), v.clone())).collect()
}

/// Whether an object is where its effect leads: to `want`. Pure.
///
/// # Panics
/// If no provider has the kind: a mistake of ours.
pub fn settling(kind: &Kind, want: &Attributes, object: &Object) -> Settling {
    match owner(kind) {
        Owner::Alibaba => alibaba::settling(kind, want, object),
        Owner::Huawei => huaweicloud::settling(kind, want, object),
    }
}

/// Whether an object rests, whatever was wanted of it: what a refresh can say. Pure.
pub fn resting(kind: &Kind, object: &Object) -> Settling {
    match owner(kind) {
        Owner::Alibaba => alibaba::resting(kind, object),
        Owner::Huawei => huaweicloud::resting(kind, object),
    }
}

/// Whether a refusal with this code passes by itself, so that the same call may succeed later. Pure.
pub fn is_passing(code: &str) -> bool {
    explain(code).is_some_and(|e| e.retry && e.class == Class::State)
}

/// Whether an object was seen on its way: its effect is not done, and nobody has waited for it yet. Pure.
pub fn is_on_its_way(kind: &Kind, object: &Object) -> bool {
    matches!(resting(kind, object), Settling::Pending(_))
}

/// Writes that must be serial share a lane. Pure.
pub fn lane(kind: &Kind, effect: &Effect) -> Option<String> {
    match owner(kind) {
        Owner::Alibaba => alibaba::lane(kind, effect),
        Owner::Huawei => huaweicloud::lane(kind, effect),
    }
}

/// A creating call with the mark of its intent, by which its object can be told for certain; none
/// where the objects take no mark, or where a client token does what a mark would do. Pure.
pub fn marked(kind: &Kind, call: &Call, mark: &str) -> Option<Call> {
    match owner(kind) {
        Owner::Alibaba => None,
        Owner::Huawei => huaweicloud::marked(call, mark),
    }
}

/// A call with a client token, by which a repeat is the same call; none where the API takes none. Pure.
pub fn tokened(kind: &Kind, call: &Call, token: &str) -> Option<Call> {
    match owner(kind) {
        Owner::Alibaba => alibaba::tokened(call, token),
        Owner::Huawei => None,
    }
}

/// Whether the effect of a call comes after its answer, and what follows the call needs it. Pure.
pub fn outlasts(kind: &Kind, call: &Call) -> bool {
    match owner(kind) {
        Owner::Alibaba => alibaba::outlasts(call),
        Owner::Huawei => false,
    }
}

/// Whether an object shows what a call does; none where that cannot be told. Pure.
pub fn shows(kind: &Kind, call: &Call, object: &Object) -> Option<bool> {
    match owner(kind) {
        Owner::Alibaba => alibaba::shows(call, object),
        Owner::Huawei => None,
    }
}

/// The calls of an effect that can be tried out: the API says whether it would refuse them, and does nothing.
/// Pure.
pub fn triable(kind: &Kind, effect: &Effect) -> Vec<Call> {
    match owner(kind) {
        Owner::Alibaba => alibaba::triable(kind, effect),
        Owner::Huawei => Vec::new(),
    }
}

/// When the cloud made the object, if it says. Pure.
pub fn created_at(kind: &Kind, object: &Object) -> Option<Timestamp> {
    match owner(kind) {
        Owner::Alibaba => alibaba::created_at(object),
        Owner::Huawei => huaweicloud::created_at(object),
    }
}

impl Cloud {
    /// The cloud that a block's settings lead to. Nothing is sent yet.
    ///
    /// # Errors
    /// The setting that is unknown, missing or cannot be read.
    pub fn connect(
        provider_type: &str,
        settings: &BTreeMap<String, ProviderSetting>,
        transport: &Transport,
        clock: &Clock,
        seed: u64,
    ) -> Result<Cloud, SettingFault> {
        match provider_type {
            alibaba::kinds::PROVIDER_TYPE => {
                Alibaba::connect(settings, transport, clock, seed).map(Cloud::Alibaba)
            }
            huaweicloud::kinds::PROVIDER_TYPE => {
                Huawei::connect(settings, transport, clock, seed).map(Cloud::Huawei)
            }
            other => {
                let types: BTreeSet<&str> = catalog().provider_types();
                let known = types.into_iter().collect::<Vec<_>>().join(", ");
                Err(SettingFault::new("type", format!("`{other}` is no provider type; there is {known}")))
            }
        }
    }

    /// The provider type of its block.
    pub fn provider_type(&self) -> &'static str {
        match self {
            Cloud::Alibaba(_) => alibaba::kinds::PROVIDER_TYPE,
            Cloud::Huawei(_) => huaweicloud::kinds::PROVIDER_TYPE,
        }
    }

    /// Tries out a call that is [`triable`]. It is no write, though it is shaped like one.
    ///
    /// # Errors
    /// Why the cloud would refuse it, or why it does not say.
    pub async fn dry_run(&self, call: &Call) -> Result<(), ReadFault> {
        match self {
            Cloud::Alibaba(cloud) => cloud.dry_run(call).await,
            Cloud::Huawei(_) => Ok(()),
        }
    }

    /// What is recorded of an object that no call finds by its id alone
    /// ([`KindSchema::found_by`](crate::resource::KindSchema::found_by)).
    pub fn acquaint(&self, id: &str, known: &str) {
        if let Cloud::Alibaba(cloud) = self {
            cloud.acquaint(id, known);
        }
    }

    /// From now on no text of this value stands in the request log.
    pub fn conceal(&self, value: &Value) {
        match self {
            Cloud::Alibaba(cloud) => cloud.conceal(value),
            Cloud::Huawei(cloud) => cloud.conceal(value),
        }
    }

    /// The cloud's clock minus ours, once it has answered.
    pub fn clock_offset(&self) -> Option<SignedDuration> {
        match self {
            Cloud::Alibaba(cloud) => cloud.clock_offset(),
            Cloud::Huawei(cloud) => cloud.clock_offset(),
        }
    }
}

impl Read for Cloud {
    async fn identity(&self) -> Result<Identity, ReadFault> {
        match self {
            Cloud::Alibaba(cloud) => cloud.identity().await,
            Cloud::Huawei(cloud) => cloud.identity().await,
        }
    }

    async fn list(
        &self,
        kind: &Kind,
        parent: Option<&str>,
        keep: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<Vec<Object>, ReadFault> {
        match self {
            Cloud::Alibaba(cloud) => cloud.list(kind, parent, keep).await,
            Cloud::Huawei(cloud) => cloud.list(kind, parent, keep).await,
        }
    }

    async fn get(&self, kind: &Kind, id: &str) -> Result<Option<Object>, ReadFault> {
        match self {
            Cloud::Alibaba(cloud) => cloud.get(kind, id).await,
            Cloud::Huawei(cloud) => cloud.get(kind, id).await,
        }
    }

    async fn lookup(&self, kind: &Kind, args: &Attributes) -> Result<Attributes, ReadFault> {
        match self {
            Cloud::Alibaba(cloud) => cloud.lookup(kind, args).await,
            Cloud::Huawei(cloud) => cloud.lookup(kind, args).await,
        }
    }
}

impl Write for Cloud {
    async fn perform(&self, ticket: &Ticket, kind: &Kind, call: &Call) -> Result<Reply, WriteFault> {
        match self {
            Cloud::Alibaba(cloud) => cloud.perform(ticket, kind, call).await,
            Cloud::Huawei(cloud) => cloud.perform(ticket, kind, call).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Handler;

    struct Nobody;
    impl Handler for Nobody {
        fn handle(
            &self,
            _: http::Request<bytes::Bytes>,
        ) -> std::pin::Pin<Box<dyn Future<Output = Result<http::Response<bytes::Bytes>, String>> + Send>>
        {
            Box::pin(std::future::ready(Err("nobody is there".to_owned())))
        }
    }

    #[tokio::test]
    async fn connecting_names_what_is_wrong_and_sends_nothing() {
        let transport = Transport::in_process(std::sync::Arc::new(Nobody), 1);
        let connect = |provider_type: &str| {
            Cloud::connect(
                provider_type,
                &BTreeMap::new(),
                &transport,
                &Clock::starting_at(Timestamp::UNIX_EPOCH),
                1,
            )
            .map(|_| ())
            .map_err(|fault| fault.to_string())
        };
        assert_eq!(
            connect("huawei"),
            Err("type: `huawei` is no provider type; there is alibaba, huaweicloud".to_owned())
        );
        assert_eq!(
            connect("huaweicloud"),
            Err("region: the region is needed, such as `tr-west-1`".to_owned())
        );
        assert_eq!(transport.counts(), BTreeMap::new());
    }

    #[test]
    fn every_kind_has_an_owner_who_knows_its_settings() {
        for kind in catalog().iter() {
            // It does not panic.
            let _ = owner(&kind.kind);
            let catalog = catalog();
            let settings = catalog.settings(kind.provider_type);
            assert!(settings.iter().any(|setting| setting.name == "auth" && !setting.group.is_empty()));
        }
    }

    #[test]
    fn what_passes_by_itself() {
        for code in ["EndPoint.2004", "Endpoint.2019", "EndPoint.2051", "EndPoint.3045"] {
            assert!(is_passing(code), "{code}");
        }
        // The connections of others do not go away by waiting; throttling is not a state.
        for code in ["EndPoint.3006", "EndPoint.0022", "EndPoint.3044", ""] {
            assert!(!is_passing(code), "{code}");
        }
    }
}
