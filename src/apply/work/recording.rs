//! What a step records, and what is recorded already.

use super::Doing;
use crate::plan::StepEnd;
use crate::provider::{self, Call};
use crate::resource::{Attributes, Change, Fault, Object};
use crate::state::{Entry, Origin, Seq};

impl Doing<'_> {
    pub(super) async fn adopt(
        &self,
        object: Object,
        origin: Origin,
        resolves: Option<Seq>,
    ) -> Result<(), StepEnd> {
        let settling = provider::is_on_its_way(&self.schema.kind, &object);
        let entry = Entry::Adopted {
            address: self.step().address.clone(),
            object,
            binding: Box::new(self.binding.clone()),
            origin,
            settling,
            resolves,
        };
        self.worker.record(entry).await
    }

    pub(super) async fn seen(
        &self,
        object: &Object,
        settling: bool,
        taint: Option<Fault>,
    ) -> Result<(), StepEnd> {
        let entry = Entry::Seen {
            address: self.step().address.clone(),
            id: object.id.clone(),
            attributes: object.attributes.clone(),
            settling,
            taint,
        };
        self.worker.record(entry).await
    }

    /// Records what stands beside the attributes, where it differs, and settings of ours.
    pub(super) async fn bind(&self) -> Result<(), StepEnd> {
        let settings: Attributes = self
            .schema
            .arguments()
            .filter(|a| a.change == Change::Setting)
            .filter_map(|a| Some((a.name, self.job.want.get(a.name)?.clone())))
            .collect();
        if self.step().keep.arguments.is_empty() {
            return Ok(()); // a record of what is not desired any more
        }
        let entry = Entry::Bound {
            address: self.step().address.clone(),
            binding: Box::new(self.binding.clone()),
            settings,
        };
        self.worker.record(entry).await
    }

    /// An object as it is recorded: of a shared set our own members, with the settings of ours and
    /// what the answer does not hold, as far as it does not take the `rest` of the calls.
    pub(super) fn as_recorded(&self, object: Object, rest: &[Call]) -> Object {
        let mut attributes = object.attributes;
        let before = self.recorded_attributes();
        for attribute in &self.schema.attributes {
            let name = attribute.name;
            if attribute.change == Change::Setting || attributes.held(name).is_none() {
                let due = rest.iter().any(|call| call.sets.as_deref() == Some(name));
                let wanted = self.job.want.get(name).filter(|_| !due);
                let known = wanted.or_else(|| before.get(name));
                if let Some(value) = known {
                    attributes.set(name, value.clone());
                }
            }
        }
        if let Some(rule) = self.schema.members() {
            let name = rule.attribute.name;
            let arguments = if self.job.want.is_empty() { &before } else { &self.job.want };
            let sets: Vec<_> = arguments.get(name).into_iter().collect();
            attributes = rule.recorded(attributes, arguments, &sets);
        }
        Object::new(object.id, attributes)
    }

    pub(super) fn normal(&self, object: Object) -> Object {
        Object { attributes: self.schema.normalise(object.attributes), ..object }
    }

    pub(super) fn recorded_attributes(&self) -> Attributes {
        let address = &self.step().address;
        self.worker.session.with(|r| r.objects.get(address).map(|o| o.attributes.clone())).unwrap_or_default()
    }

    pub(super) fn recorded_arguments(&self) -> Attributes {
        let keep = &self.step().keep;
        self.recorded_attributes()
            .iter()
            .filter(|(name, _)| keep.arguments.contains(*name))
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }

    /// A record with the secret values that the plan does not hold.
    pub(super) fn with_secrets(&self, mut attributes: Attributes) -> Attributes {
        for (name, value) in self.recorded_attributes().iter() {
            let is_setting = self.schema.attribute(name).is_some_and(|a| a.change == Change::Setting);
            if is_setting && attributes.get(name).is_none() {
                attributes.set(name, value.clone());
            }
        }
        attributes
    }
}
