//! Two revisions of a configuration, compared without any cloud: what would change if the first one
//! were in force and the second one were applied.
//!
//! The first is worked out as if everything in it were made. What only a cloud can say (ids, addresses,
//! answers to lookups) has a stand-in, the same for both, so it takes part in comparisons without
//! pretending to be known; readers see the expression in its place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::config::Configuration;
use crate::diagnostic::Diagnostic;
use crate::diff::known;
use crate::expr::Worth;
use crate::plan::adoption::Adoption;
use crate::plan::uncertain::Resolution;
use crate::plan::walk::{Needs, Proposal, Situation, Walked, walk};
use crate::plan::{Plan, PlanMode, Selection, lower};
use crate::refresh::{Live, Observation};
use crate::resource::{Address, Attributes, Catalog, Identity, Mode, Object, Source, Type, Value};
use crate::state::{Binding, Origin, Recorded, RecordedObject, RecordedOutput};

/// So often a revision may need another round: the depth of its references.
const ROUNDS: usize = 200;

/// Values that stand for what only a cloud, or the environment, can say.
#[derive(Clone, Debug, Default)]
pub struct StandIns(BTreeMap<String, String>);

impl StandIns {
    /// The stand-in for an expression: in the form of an id, which suits wherever one is asked for.
    pub fn text(&mut self, expression: &str) -> String {
        let digest = Sha256::digest(expression.as_bytes());
        let bytes = digest[..16].try_into().unwrap_or([0; 16]);
        let text = uuid::Uuid::from_bytes(bytes).to_string();
        self.0.insert(text.clone(), format!("${{{expression}}}"));
        text
    }

    /// A stand-in of this type. Of what is neither text nor a list nothing is assumed.
    fn value(&mut self, ty: &Type, expression: &str) -> Value {
        match ty {
            Type::String => Value::String(self.text(expression)),
            Type::List(_) | Type::Set(_) => Value::List(Default::default()),
            _ => Value::Null,
        }
    }

    /// The plan with expressions in place of stand-ins.
    fn told(&self, plan: &Plan) -> Result<Plan, serde_json::Error> {
        let mut json = serde_json::to_value(plan)?;
        self.tell(&mut json);
        serde_json::from_value(json)
    }

    fn tell(&self, json: &mut Json) {
        match json {
            // An id has 36 characters, and few texts that long have a dash.
            Json::String(text) if text.len() >= 36 && text.contains('-') => {
                for (stand_in, expression) in &self.0 {
                    if text.contains(stand_in.as_str()) {
                        *text = text.replace(stand_in, expression);
                    }
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.tell(item)),
            Json::Object(entries) => entries.values_mut().for_each(|value| self.tell(value)),
            _ => {}
        }
    }
}

/// Why two revisions cannot be compared.
#[derive(Debug)]
pub enum OfflineFault {
    /// The first one has faults.
    Base(Vec<Diagnostic>),
    /// The second one has, or it must not follow the first one.
    Head(Vec<Diagnostic>),
}

/// What would change from one configuration to the other; none for the first stands for nothing at all.
///
/// # Errors
/// Faults of either.
pub fn offline(
    base: Option<&Configuration>,
    head: &Configuration,
    catalog: &Catalog,
    mut stand_ins: StandIns,
) -> Result<Plan, OfflineFault> {
    let mut recorded = Recorded { stack: head.stack.clone(), ..Recorded::default() };
    let mut asked = BTreeSet::new();
    if let Some(base) = base {
        in_force(base, catalog, &mut stand_ins, &mut recorded, &mut asked).map_err(OfflineFault::Base)?;
    }
    let mut live = Live::default();
    let proposal = settled(head, catalog, &recorded, &mut live, &mut stand_ins, &mut asked)
        .map_err(OfflineFault::Head)?;
    let (unsaid, adoption) = (Unsaid::default(), Adoption::default());
    let on = situation(head, catalog, &recorded, &live, &adoption, &unsaid);
    let (mut plan, _) = lower(on, &proposal, &Selection::default(), false).map_err(OfflineFault::Head)?;
    // Nobody has looked at a cloud, so nothing was seen there.
    plan.fingerprints.clear();
    plan.identities.clear();
    for address in asked {
        plan.diagnostics.push(
            Diagnostic::warning(
                "Not looked up",
                format!("what `{address}` answers is not known offline: the same is assumed for both revisions, and no elements of lists"),
            )
            .hint("a plan with credentials shows what depends on it"),
        );
    }
    stand_ins
        .told(&plan)
        .map_err(|why| OfflineFault::Head(vec![Diagnostic::error("Cannot be shown", why.to_string())]))
}

/// Records everything that a configuration declares, as if it were made.
fn in_force(
    configuration: &Configuration,
    catalog: &Catalog,
    stand_ins: &mut StandIns,
    recorded: &mut Recorded,
    asked: &mut BTreeSet<Address>,
) -> Result<(), Vec<Diagnostic>> {
    for _ in 0..ROUNDS {
        let mut live = Live::default();
        let proposal = settled(configuration, catalog, recorded, &mut live, stand_ins, asked)?;
        let before = recorded.objects.len();
        for (address, item) in &proposal.items {
            let ready = item.delta.want.values().all(|input| input.known().is_some());
            if recorded.objects.contains_key(address) || !ready {
                continue;
            }
            let schema = catalog.schema(&address.block);
            let mut attributes: Attributes = known(&item.delta.want);
            for attribute in &schema.attributes {
                if matches!(attribute.source, Source::Computed(_)) {
                    let stand_in = stand_ins.value(&attribute.ty, &format!("{address}.{}", attribute.name));
                    attributes.set(attribute.name, stand_in);
                }
            }
            let id =
                attributes.text("id").map_or_else(|| stand_ins.text(&format!("{address}.id")), str::to_owned);
            let binding = Binding {
                provider: item.provider.clone(),
                identity: live
                    .identities
                    .get(&item.provider)
                    .cloned()
                    .unwrap_or_else(|| identity(&item.provider)),
                arguments: item.delta.want.keys().map(|name| SmolStr::new_static(name)).collect(),
                sensitive: item.delta.sensitive.clone(),
                dependencies: proposal.links.dependencies(address).into_iter().cloned().collect(),
                triggers: item.triggers.clone(),
                prevent_destroy: item.wishes.prevent_destroy,
                delete_timeout_s: item.wishes.delete_s,
            };
            let object = Object::new(id, schema.normalise(attributes));
            let made = RecordedObject::new(&object, &binding, Origin::Made, false);
            recorded.objects.insert(address.clone(), Box::new(made));
        }
        if recorded.objects.len() == before {
            let outputs = proposal.outputs.iter().filter_map(|(name, (input, sensitive))| {
                let Worth::Known(value) = &input.worth else { return None };
                Some((name.clone(), RecordedOutput { value: value.clone(), sensitive: *sensitive }))
            });
            recorded.outputs = outputs.collect();
            return Ok(());
        }
    }
    Ok(())
}

/// What only interrupted runs and the command line say.
#[derive(Default)]
struct Unsaid {
    resolution: Resolution,
    replace: BTreeSet<Address>,
}

fn situation<'a>(
    configuration: &'a Configuration,
    catalog: &'a Catalog,
    recorded: &'a Recorded,
    live: &'a Live,
    adoption: &'a Adoption,
    unsaid: &'a Unsaid,
) -> Situation<'a> {
    Situation {
        configuration,
        catalog,
        recorded,
        resolution: &unsaid.resolution,
        live,
        adoption,
        mode: PlanMode::Normal,
        replace: &unsaid.replace,
        passing: false,
    }
}

/// Walks a configuration; what it asks for is answered by stand-ins.
fn settled(
    configuration: &Configuration,
    catalog: &Catalog,
    recorded: &Recorded,
    live: &mut Live,
    stand_ins: &mut StandIns,
    asked: &mut BTreeSet<Address>,
) -> Result<Proposal, Vec<Diagnostic>> {
    for object in recorded.objects.values() {
        live.identities.insert(object.provider.clone(), object.identity.clone());
    }
    let (unsaid, mut adoption) = (Unsaid::default(), Adoption::default());
    for _ in 0..ROUNDS {
        match walk(situation(configuration, catalog, recorded, live, &adoption, &unsaid))? {
            Walked::Done(mut proposal) => {
                proposal.warnings.extend(adoption.missing.iter().map(not_looked_for));
                return Ok(*proposal);
            }
            Walked::Needs(needs) => {
                adoption.missing.extend(needs.wanted.iter().map(|wanted| wanted.address.clone()));
                answer(needs, catalog, live, stand_ins, asked);
            }
        }
    }
    Err(vec![Diagnostic::error(
        "The lookups do not come to an end",
        format!("after {ROUNDS} rounds there was still more to ask for; please report this"),
    )])
}

/// What is imported is there, but what it is like is not known offline.
fn not_looked_for(address: &Address) -> Diagnostic {
    let detail = format!(
        "`{address}` is imported, and what its object is like is not known offline: it is shown as if it were made"
    );
    Diagnostic::warning("Not looked up", detail).hint("a plan with credentials shows what differs")
}

fn answer(
    needs: Needs,
    catalog: &Catalog,
    live: &mut Live,
    stand_ins: &mut StandIns,
    asked: &mut BTreeSet<Address>,
) {
    for provider in needs.identities {
        let place = identity(&provider);
        live.identities.insert(provider, place);
    }
    for (sight, _) in needs.sights {
        live.seen.entry((sight.provider, sight.kind)).or_default().insert(sight.id, Observation::Absent);
    }
    for question in needs.questions {
        let mut answer = question.args.clone();
        if let Some(schema) = catalog.get(Mode::Data, &question.address.block.kind) {
            for attribute in
                schema.attributes.iter().filter(|a| question.args.get(a.name).is_none_or(Value::is_null))
            {
                let expression = format!("{}.{}", question.address, attribute.name);
                answer.set(attribute.name, stand_ins.value(&attribute.ty, &expression));
            }
        }
        asked.insert(question.address.clone());
        live.data.insert(question.address, (question.args, Ok(answer)));
    }
}

/// Where a provider block leads is not known; it is the same for both revisions.
fn identity(provider: &crate::resource::ProviderName) -> Identity {
    let of = |part: &str| format!("{part} of {provider}");
    Identity { account: of("account"), project: of("project"), region: of("region") }
}
