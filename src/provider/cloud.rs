//! A cloud behind a provider block: the one place where the engine's questions reach a vendor.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::huaweicloud::{self, Huawei};
use super::{
    Call, Class, Clock, Effect, Explained, ProviderSetting, Read, ReadFault, Reply, SettingFault,
    SettingSchema, Settling, Transport, Write, WriteFault,
};
use crate::resource::{Attributes, Catalog, Identity, Kind, Object, Value};
use crate::state::Ticket;

/// One provider block at work.
#[derive(Clone, Debug)]
pub enum Cloud {
    /// Huawei Cloud.
    Huawei(Huawei),
}

/// The kinds of all providers.
pub fn catalog() -> Catalog {
    Catalog::new(huaweicloud::kinds::kinds())
}

/// The settings a provider type knows; none if there is no such type.
pub fn provider_settings(provider_type: &str) -> Option<&'static [SettingSchema]> {
    match provider_type {
        huaweicloud::kinds::PROVIDER_TYPE => Some(huaweicloud::SETTINGS),
        _ => None,
    }
}

/// What a code of any cloud's error table means.
pub fn explain(code: &str) -> Option<&'static Explained> {
    huaweicloud::explain(code)
}

/// Kinds belong to one provider type, so the kind is all that it takes to know whose it is.
fn is_huawei(kind: &Kind) -> bool {
    kind.as_str().starts_with("vpcep_")
}

/// The calls of an effect, in order. Pure.
///
/// # Panics
/// If no provider has the kind: a mistake of ours.
pub fn calls(kind: &Kind, effect: &Effect) -> Vec<Call> {
    assert!(is_huawei(kind), "{kind} belongs to no provider: please report");
    huaweicloud::calls(kind, effect)
}

/// Whether an object is where its effect leads: to `want`, or, without it, to its end. Pure.
///
/// # Panics
/// If no provider has the kind: a mistake of ours.
pub fn settling(kind: &Kind, want: Option<&Attributes>, object: &Object) -> Settling {
    assert!(is_huawei(kind), "{kind} belongs to no provider: please report");
    huaweicloud::settling(kind, want, object)
}

/// Whether an object rests, whatever was wanted of it: what a refresh can say. Pure.
pub fn resting(kind: &Kind, object: &Object) -> Settling {
    huaweicloud::resting(kind, object)
}

/// Whether a refusal with this code passes by itself, so that the same call may succeed later. Pure.
pub fn is_passing(code: &str) -> bool {
    explain(code).is_some_and(|e| e.retry && e.class == Class::State)
}

/// Writes that must be serial share a lane. Pure.
pub fn lane(kind: &Kind, effect: &Effect) -> Option<String> {
    huaweicloud::lane(kind, effect)
}

/// A creating call with the mark of its intent, by which its object can be told for certain; none
/// where the objects take no mark. Pure.
pub fn marked(call: &Call, mark: &str) -> Option<Call> {
    huaweicloud::marked(call, mark)
}

/// When the cloud made the object, if it says. Pure.
pub fn created_at(_kind: &Kind, object: &Object) -> Option<Timestamp> {
    huaweicloud::created_at(object)
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

    /// From now on no text of this value stands in the request log.
    pub fn conceal(&self, value: &Value) {
        match self {
            Cloud::Huawei(cloud) => cloud.conceal(value),
        }
    }

    /// The cloud's clock minus ours, once it has answered.
    pub fn clock_offset(&self) -> Option<SignedDuration> {
        match self {
            Cloud::Huawei(cloud) => cloud.clock_offset(),
        }
    }
}

impl Read for Cloud {
    async fn identity(&self) -> Result<Identity, ReadFault> {
        match self {
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
            Cloud::Huawei(cloud) => cloud.list(kind, parent, keep).await,
        }
    }

    async fn get(&self, kind: &Kind, id: &str) -> Result<Option<Object>, ReadFault> {
        match self {
            Cloud::Huawei(cloud) => cloud.get(kind, id).await,
        }
    }

    async fn lookup(&self, kind: &Kind, args: &Attributes) -> Result<Attributes, ReadFault> {
        match self {
            Cloud::Huawei(cloud) => cloud.lookup(kind, args).await,
        }
    }
}

impl Write for Cloud {
    async fn perform(&self, ticket: &Ticket, kind: &Kind, call: &Call) -> Result<Reply, WriteFault> {
        match self {
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
            Err("type: `huawei` is no provider type; there is huaweicloud".to_owned())
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
            assert!(is_huawei(&kind.kind), "{}", kind.kind);
            let settings = provider_settings(kind.provider_type).unwrap();
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
