//! `import`: one existing object, bound to an address of the configuration.

use super::{Failure, Workspace};
use crate::diagnostic::Diagnostic;
use crate::provider::Read;
use crate::refresh::Live;
use crate::resource::{Address, Attributes, Object};
use crate::state::{Binding, Entry, Origin, Recorded};

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
    let session = workspace.lock("import", "").await?.session;
    if let Some(refusal) = session.with(|recorded| taken(recorded, address, &object)) {
        session.close(workspace.clock.now()).await?;
        return Err(refusal);
    }
    let mut attributes = object.attributes.clone();
    let given: Attributes = schema
        .arguments()
        .filter(|a| a.change == crate::resource::Change::Setting)
        .filter_map(|a| match &a.source {
            crate::resource::Source::Default(value) => Some((a.name, value.clone())),
            _ => None,
        })
        .collect();
    for (name, value) in given {
        attributes.set(name, value);
    }
    let binding = Binding {
        provider: declared.provider.clone(),
        identity: live.identities[&declared.provider].clone(),
        arguments: declared.attributes.keys().cloned().collect(),
        sensitive: declared.sensitive.clone(),
        dependencies: Default::default(),
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
