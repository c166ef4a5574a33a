//! Learning what live clouds are like: only by reading.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::diagnostic::Diagnostic;
use crate::provider::{Heard, Transport};
use crate::refresh::{Ask, AskWhat, Live, Reader};
use crate::resource::{Identity, Kind, KindSchema, Listing, Mode, ProviderName};

/// They hear what the clouds of a run answer, from when they are opened until they are dropped.
pub struct Ears {
    way: Transport,
    heard: Arc<Mutex<Vec<Heard>>>,
    before: BTreeMap<String, u64>,
}

/// What is known of live clouds: enough for a twin.
#[derive(Clone)]
pub struct Likeness {
    /// Where each provider block leads, and its type.
    pub(super) places: BTreeMap<ProviderName, (&'static str, Identity)>,
    pub(super) heard: Arc<Vec<Heard>>,
    /// The reading calls that it took, by operation.
    pub reads: BTreeMap<String, u64>,
}

impl Drop for Ears {
    fn drop(&mut self) {
        self.way.listen(None);
    }
}

impl Ears {
    /// Begins to listen.
    pub fn open(way: &Transport) -> Ears {
        let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
        let ears = Ears { way: way.clone(), heard: heard.clone(), before: way.counts() };
        let note = move |exchange| heard.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
        way.listen(Some(Arc::new(note)));
        ears
    }

    /// Looks at everything that these blocks lead to: all objects, what lives under them, what is left of the quotas.
    ///
    /// # Errors
    /// What cannot be read. A quota that nobody tells is no limit.
    pub async fn survey(
        self,
        reader: Reader<'_>,
        blocks: impl IntoIterator<Item = ProviderName>,
    ) -> Result<Likeness, Vec<Diagnostic>> {
        let mut live = Live::default();
        let blocks: Vec<ProviderName> = blocks.into_iter().collect();
        reader.identify(blocks.iter().cloned(), &mut live).await?;
        let mut places = BTreeMap::new();
        // Two blocks may lead to one place.
        let mut seen: BTreeMap<(&'static str, Identity), ProviderName> = BTreeMap::new();
        for name in blocks {
            let provider_type = reader.clouds.get(&name)?.provider_type();
            let place = (provider_type, live.identities[&name].clone());
            seen.entry(place.clone()).or_insert_with(|| name.clone());
            places.insert(name, place);
        }
        for ((provider_type, _), name) in seen {
            let managed =
                |kind: &&KindSchema| kind.mode == Mode::Managed && kind.provider_type == provider_type;
            let kinds: Vec<&KindSchema> = reader.catalog.iter().filter(managed).collect();
            let whole = kinds.iter().filter(|kind| kind.listing == Listing::Project);
            reader.list_candidates(whole.map(|kind| (name.clone(), kind.kind.clone())), &mut live).await?;
            for kind in &kinds {
                if let Some((_, parent)) = kind.listed_under() {
                    let parents =
                        live.candidates.get(&(name.clone(), Kind::from(parent))).into_iter().flatten();
                    let ids: Vec<_> = parents.map(|object| object.id.clone()).collect();
                    reader.list_under(&name, &kind.kind, ids).await?;
                }
            }
            let quotas = kinds.iter().filter_map(|kind| kind.preflight.quota).map(|quota| Ask {
                provider: name.clone(),
                kind: Kind::from(quota.lookup),
                what: AskWhat::Lookup(quota.argument.0.to_owned(), quota.argument.1.to_owned()),
            });
            reader.ask(quotas, &mut live).await?;
        }
        let since = |(operation, count): (String, u64)| {
            let new = count - self.before.get(&operation).copied().unwrap_or_default();
            (new > 0).then_some((operation, new))
        };
        let reads = self.way.counts().into_iter().filter_map(since).collect();
        let heard = std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Likeness { places, heard: Arc::new(heard), reads })
    }
}
