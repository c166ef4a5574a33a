//! `import`: one existing object, bound to an address of the configuration.

use smol_str::SmolStr;

use super::{Failure, Workspace};
use crate::apply::World;
use crate::config::ResourceBlock;
use crate::diagnostic::Diagnostic;
use crate::diff;
use crate::expr::Inputs;
use crate::provider::Read;
use crate::refresh::Live;
use crate::resource::{Address, Change, Object, Value};
use crate::state::{self, Binding, Entry, Origin, Recorded};

/// What was bound.
#[derive(Debug)]
pub struct Imported {
    /// The address.
    pub address: Address,
    /// The object.
    pub object: Object,
}

/// Binds the object with this id to an address.
///
/// # Errors
/// The address is not in the configuration or has an object already, the object belongs to another
/// address, or is not there.
pub async fn import(workspace: &Workspace, address: &Address, id: &str) -> Result<Imported, Failure> {
    let Some(declared) = workspace.configuration.blocks.get(&address.block).filter(|_| !address.is_data())
    else {
        return Err(refuse(
            "Nothing to import to",
            format!("the configuration has no resource `{}`", address.block),
            "write the resource first, then import its object",
        ));
    };
    match (&declared.for_each, &address.key) {
        (Some(_), None) => {
            let detail = format!("`{address}` has `for_each`, so its instances have keys");
            return Err(refuse("Nothing to import to", detail, "name one, as in 'kind.name[\"key\"]'"));
        }
        (None, Some(_)) => {
            let detail = format!("`{}` has no `for_each`, so it has no key", address.block);
            return Err(refuse("Nothing to import to", detail, "leave the key out"));
        }
        _ => {}
    }
    let schema = workspace.catalog.schema(&address.block);
    let recorded = state::read(workspace.backend.as_ref())?.recorded;
    let inputs = inputs(workspace, declared, address, &recorded)?;
    let mut live = Live::default();
    workspace.reader().identify([declared.provider.clone()], &mut live).await?;
    let cloud = workspace.clouds.get(&declared.provider)?;
    let object = match cloud.get(&schema.kind, id).await {
        Ok(Some(object)) => Object { attributes: schema.normalise(object.attributes), ..object },
        Ok(None) => {
            let identity = &live.identities[&declared.provider];
            let detail = format!(
                "there is no {} `{id}` in account {}, project {}, region {}",
                schema.kind, identity.account, identity.project, identity.region
            );
            return Err(refuse(
                "There is no such object",
                detail,
                "check the id and the provider block of the resource",
            ));
        }
        Err(fault) => {
            let detail = format!("{address}: {}", fault.fault);
            return Err(refuse("An object could not be read", detail, &fault.fault.advice));
        }
    };
    let session = workspace.lock("import", "", &[], &[]).await?.session;
    // Such as by a run that was cut off before it could say so.
    if session.with(|recorded| recorded.objects.get(address).is_some_and(|o| o.id == object.id)) {
        session.close(workspace.clock.now()).await?;
        return Ok(Imported { address: address.clone(), object });
    }
    if let Some(refusal) = session.with(|recorded| taken(recorded, address, &object)) {
        session.close(workspace.clock.now()).await?;
        return Err(refusal);
    }
    let mut attributes = object.attributes.clone();
    let given = diff::known(&inputs);
    let settings = schema.arguments().filter(|a| a.change == Change::Setting);
    for (name, value) in settings.filter_map(|a| Some((a.name, given.get(a.name)?))) {
        attributes.set(name, value.clone());
    }
    if let Some(rule) = schema.members() {
        // Of a shared set only what the author names becomes ours; the rest stays others'.
        let named: Vec<_> = given.get(rule.attribute.name).into_iter().collect();
        attributes = rule.recorded(attributes, &given, &named);
    }
    let binding = Binding {
        provider: declared.provider.clone(),
        identity: live.identities[&declared.provider].clone(),
        arguments: inputs.keys().map(|name| SmolStr::new_static(name)).collect(),
        sensitive: declared.sensitive.clone(),
        dependencies: inputs
            .values()
            .flat_map(|input| input.reads.iter().map(|read| read.address.clone()))
            .filter(|read| recorded.objects.contains_key(read) && read != address)
            .collect(),
        triggers: Default::default(),
        prevent_destroy: declared.lifecycle.prevent_destroy,
        delete_timeout_s: declared.timeouts.delete.map(|d| d.as_secs()),
    };
    let object = Object { attributes, ..object };
    let entry = Entry::Adopted {
        address: address.clone(),
        object: object.clone(),
        binding: Box::new(binding),
        origin: Origin::Adopted,
        settling: false,
        resolves: None,
    };
    session.record(entry).await?;
    session.close(workspace.clock.now()).await?;
    Ok(Imported { address: address.clone(), object })
}

/// The arguments of the resource, as far as they are known before the next plan.
fn inputs(
    workspace: &Workspace,
    declared: &ResourceBlock,
    address: &Address,
    recorded: &Recorded,
) -> Result<Inputs, Failure> {
    let world = World::new(recorded, &workspace.catalog);
    let configuration = &workspace.configuration;
    let instances = match configuration.instances(declared, &world) {
        Ok(instances) => instances,
        // What `for_each` reads may be known only to a plan; the plan then compares everything.
        Err(_) => return Ok(Inputs::new()),
    };
    let Some(each) = instances.get(&address.key) else {
        let detail = format!("`for_each` of `{}` has no such key: {address}", address.block);
        return Err(refuse(
            "Nothing to import to",
            detail,
            "write the resource first, then import its object",
        ));
    };
    let key = address.key.as_ref();
    let inputs = configuration.inputs(declared, key, each, &world, &workspace.catalog).unwrap_or_default();
    Ok(inputs.into_iter().filter(|(_, input)| !input.known().is_some_and(Value::is_null)).collect())
}

/// Why the two cannot be bound, if they cannot.
fn taken(recorded: &Recorded, address: &Address, object: &Object) -> Option<Failure> {
    if let Some(there) = recorded.objects.get(address) {
        let detail = format!("{address} already has the object `{}`", there.id);
        let hint = "`landbridge state rm` lets go of it first";
        return Some(refuse("The address has an object", detail, hint));
    }
    let owner = recorded.objects.iter().find(|(a, o)| a.kind() == address.kind() && o.id == object.id)?.0;
    let detail = format!("`{}` belongs to {owner}", object.id);
    Some(refuse("The object has an address", detail, "`landbridge state mv` renames it"))
}

fn refuse(summary: &str, detail: String, hint: &str) -> Failure {
    Failure::Diagnostics(vec![Diagnostic::error(summary, detail).hint(hint)])
}
