//! `import`: existing objects come under addresses, without any change to them.
//!
//! It is the journey of a plan up to the steps that bind; what the objects differ in stays for the
//! next apply, and is told.

use std::sync::Arc;

use super::adoption::{self, Bond};
use super::plan::decide;
use super::{Failure, PlanOptions, Workspace};
use crate::config::{Import, ImportBy};
use crate::diagnostic::Diagnostic;
use crate::plan::adoption::Adoption;
use crate::plan::{Plan, Selection};
use crate::resource::{Address, ObjectId};
use crate::state::{self, Origin, Recorded};

/// What an import comes to.
#[derive(Debug)]
pub struct Imported {
    /// The objects that come under addresses, in order.
    pub bound: Vec<(Address, ObjectId)>,
    /// Those that were under their addresses already.
    pub already: Vec<(Address, ObjectId)>,
    /// What the next plan does with them: the differences between each and its declaration.
    pub plan: Plan,
    bonds: Vec<Bond>,
}

/// Finds the objects of addresses and compares them. Nothing is written: [`bind`] does that.
///
/// # Errors
/// An address is not in the configuration or has another object already; an object belongs to
/// another address, is not there, or is not the only one that can be meant.
pub async fn import(workspace: &Workspace, imports: &[Import]) -> Result<Imported, Failure> {
    let mut faults = Vec::new();
    for import in imports {
        faults.extend(import.check(&workspace.configuration, &workspace.catalog).err().map(|fault| *fault));
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let recorded = state::read(workspace.backend.as_ref())?.recorded;
    let already = already(&recorded, imports)?;
    let selection =
        Selection { target: imports.iter().map(|i| i.to.to_string()).collect(), ..Selection::default() };
    let options = PlanOptions { selection, passing: true, ..PlanOptions::default() };
    let mut adoption = Adoption { imports: imports.to_vec(), ..Adoption::default() };
    let (mut plan, _) = decide(workspace, &options, Arc::new(recorded), &mut adoption).await?;
    let asked = |address: &Address| imports.iter().any(|import| import.to.covers(address));
    let bonds = adoption::bonds(&plan, &adoption, Origin::Adopted, asked);
    plan.changes.retain(|change| asked(&change.address));
    Ok(Imported {
        bound: bonds.iter().map(|bond| (bond.address.clone(), bond.object.id.clone())).collect(),
        already,
        plan,
        bonds,
    })
}

/// Records what an import found.
///
/// # Errors
/// The state is locked, has moved since, or cannot be written.
pub async fn bind(workspace: &Workspace, imported: Imported) -> Result<(), Failure> {
    if imported.bonds.is_empty() {
        return Ok(());
    }
    let revision = imported.plan.revision;
    adoption::record(workspace, "import", &revision, imported.plan.seq, imported.bonds, None).await
}

/// The addresses that have their object already, such as by a run that was cut off before it could
/// say so.
fn already(recorded: &Recorded, imports: &[Import]) -> Result<Vec<(Address, ObjectId)>, Vec<Diagnostic>> {
    let (mut already, mut faults) = (Vec::new(), Vec::new());
    for (address, object) in &recorded.objects {
        let Some(import) = imports.iter().find(|import| import.to.covers(address)) else { continue };
        match &import.by {
            ImportBy::Id(id) if *id != object.id => {
                let detail = format!("{address} already has the object `{}`", object.id);
                let fault = Diagnostic::error("The address has an object", detail).at(import.place.clone());
                faults.push(fault.hint("`landbridge state rm` lets go of it first"));
            }
            _ => already.push((address.clone(), object.id.clone())),
        }
    }
    if faults.is_empty() { Ok(already) } else { Err(faults) }
}
