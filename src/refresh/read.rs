//! The reading: few requests, all pages, many at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use super::{Ask, AskWhat, Live, Observation, Question, Sight, Trial};
use crate::diagnostic::Diagnostic;
use crate::planted::{self, Bug};
use crate::provider::{self, Cloud, Clouds, Read, ReadFault};
use crate::resource::{Attributes, Catalog, Kind, KindSchema, Listing, Mode, Object, ObjectId, ProviderName};

/// How many reads are begun at once; the transport bounds what is in flight.
const AT_ONCE: usize = 64;

/// Reads from the clouds into a [`Live`].
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The clouds.
    pub clouds: &'a Clouds,
    /// The kinds.
    pub catalog: &'a Catalog,
}

/// A group of objects that one listing answers.
type Group = (ProviderName, Kind, Option<String>);

impl Reader<'_> {
    /// Asks where each provider block leads.
    ///
    /// # Errors
    /// What is wrong with a block, or why its cloud does not say.
    pub async fn identify(
        &self,
        names: impl IntoIterator<Item = ProviderName>,
        live: &mut Live,
    ) -> Result<(), Vec<Diagnostic>> {
        let mut faults = Vec::new();
        let mut clouds = Vec::new();
        for name in names.into_iter().filter(|n| !live.identities.contains_key(n)) {
            match self.clouds.get(&name) {
                Ok(cloud) => clouds.push((name, cloud)),
                Err(diagnostics) => faults.extend(diagnostics),
            }
        }
        let asked = stream::iter(clouds).map(|(name, cloud)| async move {
            let identity = cloud.identity().await;
            (name, identity)
        });
        for (name, identity) in asked.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await {
            match identity {
                Ok(identity) => {
                    live.identities.insert(name, identity);
                }
                Err(fault) => faults.push(unreachable(&name, &fault)),
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Looks at objects. `parent` names what each lives under, for kinds that are listed so.
    ///
    /// # Errors
    /// What is wrong with a provider block. A read that fails is an [`Observation::Unreadable`].
    pub async fn look(
        &self,
        wanted: impl IntoIterator<Item = (Sight, Option<String>)>,
        live: &mut Live,
    ) -> Result<(), Vec<Diagnostic>> {
        let mut groups: BTreeMap<Group, BTreeSet<ObjectId>> = BTreeMap::new();
        for (sight, parent) in wanted {
            if *live.get(&sight.provider, &sight.kind, &sight.id) == Observation::Unread {
                groups.entry((sight.provider, sight.kind, parent)).or_default().insert(sight.id);
            }
        }
        let mut work = Vec::new();
        for ((provider, kind, parent), ids) in groups {
            let cloud = self.clouds.get(&provider)?;
            work.push((provider, kind, parent, ids, cloud));
        }
        let looked = stream::iter(work).map(|(provider, kind, parent, ids, cloud)| async move {
            let seen = self.look_at_group(&cloud, &kind, parent.as_deref(), &ids).await;
            (provider, kind, seen)
        });
        let mut looked = looked.buffer_unordered(AT_ONCE);
        while let Some((provider, kind, seen)) = looked.next().await {
            live.seen.entry((provider, kind)).or_default().extend(seen);
        }
        Ok(())
    }

    async fn look_at_group(
        &self,
        cloud: &Arc<Cloud>,
        kind: &Kind,
        parent: Option<&str>,
        ids: &BTreeSet<ObjectId>,
    ) -> BTreeMap<ObjectId, Observation> {
        let Some(schema) = self.catalog.get(Mode::Managed, kind) else { return BTreeMap::new() };
        // What is absent is missing in the listing, and its own GET says so. One object is asked for by its id
        // first: that is never dearer than a listing, and mostly it is there.
        let mut asked = BTreeMap::new();
        if ids.len() == 1
            && let Some(id) = ids.first()
        {
            let own = look_at(cloud, schema, id).await;
            let is_all = schema.listing != Listing::Project || planted::is(Bug::FailedReadIsAbsence);
            asked.insert(id.clone(), own);
            if is_all || asked[id] != Observation::Absent {
                return asked;
            }
        }
        let mut seen: BTreeMap<ObjectId, Observation> =
            match cloud.list(kind, parent, &|id| ids.contains(id)).await {
                Ok(objects) => objects.into_iter().map(|o| (o.id.clone(), present(schema, o))).collect(),
                Err(fault) => {
                    let unreadable = |id: &ObjectId| (id.clone(), Observation::Unreadable(fault.clone()));
                    return ids.iter().map(unreadable).collect();
                }
            };
        for (id, own) in asked {
            seen.entry(id).or_insert(own);
        }
        let missing: Vec<&ObjectId> = ids.iter().filter(|id| !seen.contains_key(*id)).collect();
        let confirmed = stream::iter(missing)
            .map(|id| async move { (id.clone(), look_at(cloud, schema, id).await) })
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<_>>()
            .await;
        seen.extend(confirmed);
        seen
    }

    /// Lists every object of the kinds that an uncertain creation may have made.
    ///
    /// # Errors
    /// Why a listing failed: without it nothing can be decided.
    pub async fn list_candidates(
        &self,
        wanted: impl IntoIterator<Item = (ProviderName, Kind)>,
        live: &mut Live,
    ) -> Result<(), Vec<Diagnostic>> {
        for (provider, kind) in wanted.into_iter().collect::<BTreeSet<_>>() {
            let Some(schema) = self.catalog.get(Mode::Managed, &kind) else { continue };
            if schema.listing != Listing::Project {
                continue;
            }
            let cloud = self.clouds.get(&provider)?;
            let objects = cloud
                .list(&kind, None, &|_| true)
                .await
                .map_err(|fault| vec![unreachable(&provider, &fault)])?
                .into_iter()
                .map(|o| Object { attributes: schema.normalise(o.attributes), ..o })
                .collect();
            live.candidates.insert((provider, kind), objects);
        }
        Ok(())
    }

    /// Everything of a kind that lives under these parents.
    ///
    /// # Errors
    /// Why a listing failed.
    pub async fn list_under(
        &self,
        provider: &ProviderName,
        kind: &Kind,
        parents: impl IntoIterator<Item = ObjectId>,
    ) -> Result<Vec<Object>, Vec<Diagnostic>> {
        let cloud = self.clouds.get(provider)?;
        let listed = stream::iter(parents).map(|parent| {
            let cloud = cloud.clone();
            async move { cloud.list(kind, Some(&parent), &|_| true).await }
        });
        let mut found = Vec::new();
        for objects in listed.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await {
            found.extend(objects.map_err(|fault| vec![unreachable(provider, &fault)])?);
        }
        Ok(found)
    }

    /// An object that a listing showed, with what listings lack.
    ///
    /// # Errors
    /// Why it could not be read.
    pub async fn whole(
        &self,
        provider: &ProviderName,
        kind: &Kind,
        listed: &mut Object,
    ) -> Result<(), Vec<Diagnostic>> {
        let Some(schema) = self.catalog.get(Mode::Managed, kind) else { return Ok(()) };
        let cloud = self.clouds.get(provider)?;
        let read = cloud.get(kind, &listed.id).await.map_err(|fault| vec![unreachable(provider, &fault)])?;
        if let Some(object) = read {
            let attributes = schema.normalise(object.attributes);
            listed.attributes = schema.known(attributes, &listed.attributes);
        }
        Ok(())
    }

    /// Does data lookups.
    ///
    /// # Errors
    /// What is wrong with a provider block. A lookup that fails is kept as its answer.
    pub async fn look_up(
        &self,
        questions: impl IntoIterator<Item = Question>,
        live: &mut Live,
    ) -> Result<(), Vec<Diagnostic>> {
        let mut work = Vec::new();
        for question in questions {
            let cloud = self.clouds.get(&question.provider)?;
            work.push((question, cloud));
        }
        let answers = stream::iter(work)
            .map(|(question, cloud)| async move {
                let answer = cloud.lookup(question.address.kind(), &question.args).await;
                (question, answer)
            })
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<_>>()
            .await;
        for (question, answer) in answers {
            live.data.insert(question.address, (question.args, answer));
        }
        Ok(())
    }

    /// Asks what is worth knowing before anything is sent.
    ///
    /// # Errors
    /// What is wrong with a provider block. A question that fails is kept as its answer.
    pub async fn ask(
        &self,
        asks: impl IntoIterator<Item = Ask>,
        live: &mut Live,
    ) -> Result<(), Vec<Diagnostic>> {
        let mut work = Vec::new();
        for ask in asks {
            let cloud = self.clouds.get(&ask.provider)?;
            work.push((ask, cloud));
        }
        let answers = stream::iter(work)
            .map(|(ask, cloud)| async move {
                let answer = self.answer(&cloud, &ask).await;
                (ask, answer)
            })
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<_>>()
            .await;
        live.asked.get_or_insert_default().extend(answers);
        Ok(())
    }

    /// Has calls tried out. Nothing is done by that.
    ///
    /// # Errors
    /// What is wrong with a provider block. A refusal is an answer.
    pub async fn try_out(
        &self,
        trials: Vec<Trial>,
    ) -> Result<Vec<(Trial, Result<(), ReadFault>)>, Vec<Diagnostic>> {
        let mut work = Vec::new();
        for trial in trials {
            let cloud = self.clouds.get(&trial.provider)?;
            work.push((trial, cloud));
        }
        let answers = stream::iter(work).map(|(trial, cloud)| async move {
            let answer = cloud.dry_run(&trial.call).await;
            (trial, answer)
        });
        // In the order in which they were asked.
        Ok(answers.buffered(AT_ONCE).collect().await)
    }

    async fn answer(&self, cloud: &Cloud, ask: &Ask) -> Result<Vec<Object>, ReadFault> {
        let normal = |object: Object| match self.catalog.get(Mode::Managed, &ask.kind) {
            Some(schema) => Object { attributes: schema.normalise(object.attributes), ..object },
            None => object,
        };
        match &ask.what {
            AskWhat::All => {
                Ok(cloud.list(&ask.kind, None, &|_| true).await?.into_iter().map(normal).collect())
            }
            AskWhat::One(id) => Ok(cloud.get(&ask.kind, id).await?.into_iter().map(normal).collect()),
            AskWhat::Lookup(name, value) => {
                let mut args = Attributes::new();
                args.set(name, value.as_str());
                Ok(vec![Object::new("", cloud.lookup(&ask.kind, &args).await?)])
            }
        }
    }
}

async fn look_at(cloud: &Arc<Cloud>, schema: &KindSchema, id: &str) -> Observation {
    match cloud.get(&schema.kind, id).await {
        Ok(Some(object)) => present(schema, object),
        Ok(None) => Observation::Absent,
        Err(_) if planted::is(Bug::FailedReadIsAbsence) => Observation::Absent,
        Err(fault) => Observation::Unreadable(fault),
    }
}

fn present(schema: &KindSchema, object: Object) -> Observation {
    let object = Object { attributes: schema.normalise(object.attributes), ..object };
    let settling = provider::resting(&schema.kind, &object);
    Observation::Present { object, settling }
}

fn unreachable(provider: &ProviderName, fault: &ReadFault) -> Diagnostic {
    let detail = format!("provider `{provider}`: {}", fault.fault);
    Diagnostic::error("The cloud could not be read", detail).hint(fault.fault.advice.clone())
}
