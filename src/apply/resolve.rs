//! The one place where a value flows backward: outputs of earlier steps into a later one.

use std::collections::BTreeMap;

use crate::expr::{Objects, View, Views, Worth};
use crate::plan::{PlanInput, Secrets};
use crate::resource::{Address, Attributes, Block, Catalog, Fault, KindSchema, Value};
use crate::state::Recorded;

/// The objects as later steps see them: as recorded, and as each step left them.
#[derive(Clone, Debug, Default)]
pub struct World {
    views: BTreeMap<Block, Views>,
}

impl Objects for World {
    fn views(&self, block: &Block) -> Option<&Views> {
        self.views.get(block)
    }
}

impl World {
    /// The world as recorded.
    pub fn new(recorded: &Recorded, catalog: &Catalog) -> World {
        let mut world = World::default();
        for (address, object) in &recorded.objects {
            world.put(address, &object.attributes, catalog);
        }
        world
    }

    /// An object is there with these attributes. Late attributes that it lacks are not known yet.
    pub fn put(&mut self, address: &Address, attributes: &Attributes, catalog: &Catalog) {
        let schema = catalog.schema(&address.block);
        let late = schema.attributes.iter().filter(|a| a.is_late() && attributes.get(a.name).is_none());
        let view = View {
            names: schema.names.clone(),
            known: attributes.clone(),
            unknown: late.map(|a| a.name.to_owned()).collect(),
            ..View::default()
        };
        self.views.entry(address.block.clone()).or_default().insert(address.key.clone(), view);
    }

    /// The object is gone.
    pub fn remove(&mut self, address: &Address) {
        if let Some(instances) = self.views.get_mut(&address.block) {
            instances.remove(address.key.as_ref());
        }
    }

    /// What is unknown now stays so: null takes its place.
    pub fn settle(&mut self) {
        for view in self.views.values_mut().flat_map(Views::values_mut) {
            view.unknown.clear();
        }
    }
}

/// One value, with its holes filled.
///
/// # Errors
/// What is still not known, or does not evaluate.
pub(super) fn resolve_one(input: &PlanInput, world: &World, secrets: &Secrets) -> Result<Value, Fault> {
    let worth;
    let deferred = match input {
        PlanInput::Known(value) => return Ok(value.clone()),
        PlanInput::Deferred(deferred) => deferred,
        PlanInput::Secret(handle) => {
            worth = secrets.0.get(handle);
            match worth {
                Some(Worth::Known(value)) => return Ok(value.clone()),
                Some(Worth::Deferred(deferred)) => deferred,
                None => {
                    return Err(Fault::message(format!(
                        "the secret value of `{}` of {} is not at hand",
                        handle.attribute, handle.address
                    )));
                }
            }
        }
    };
    deferred.resolve(world).map(|(value, _)| value).map_err(|e| Fault::message(e.to_string()))
}

/// The attributes of a step, with every hole filled, each of its schema's type.
///
/// # Errors
/// What is still not known, or is not of its type.
pub fn resolve(
    inputs: &BTreeMap<String, PlanInput>,
    schema: &KindSchema,
    world: &World,
    secrets: &Secrets,
) -> Result<Attributes, Fault> {
    let mut out = Attributes::new();
    for (name, input) in inputs {
        let value = resolve_one(input, world, secrets)?;
        let value = match schema.attribute(name).filter(|a| a.is_argument()) {
            Some(attribute) => attribute.ty.convert(value).map_err(|fault| {
                Fault::message(format!("`{name}{}` came to be known, and {}", fault.path, fault.message))
            })?,
            None => value,
        };
        if !value.is_null() {
            out.set(name, value);
        }
    }
    Ok(out)
}
