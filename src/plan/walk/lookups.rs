//! A data block: asked for now, or left for apply where its arguments are known only then.

use super::{LateLookup, Walk};
use crate::config::ResourceBlock;
use crate::diagnostic::Diagnostic;
use crate::diff::{self, Need};
use crate::expr::View;
use crate::provider::ReadFault;
use crate::refresh::Question;
use crate::resource::Address;

impl Walk<'_> {
    pub(super) fn data_block(&mut self, declared: &ResourceBlock) -> Result<(), ()> {
        let schema = self.on.catalog.schema(&declared.block);
        let mut waiting = false;
        for (address, each) in self.instances(declared)? {
            let inputs = self.inputs(declared, &address, &each)?;
            self.remember_extra(declared, &address, &each);
            let args_read = inputs.values().flat_map(|i| i.reads.iter().map(|r| r.address.clone()));
            self.extra.entry(address.clone()).or_default().extend(args_read);
            let late = inputs.values().any(|i| i.known().is_none()) || self.has_pending_dependency(declared);
            let sensitive =
                inputs.iter().filter(|(_, i)| i.sensitive).map(|(n, _)| (*n).to_owned()).collect();
            let view = if late {
                let mut view = View { names: schema.names.clone(), sensitive, ..View::default() };
                for attribute in &schema.attributes {
                    match inputs.get(attribute.name).and_then(|input| input.known()) {
                        Some(value) => {
                            view.known.set(attribute.name, value.clone());
                        }
                        None => {
                            view.unknown.insert(attribute.name.to_owned());
                        }
                    }
                }
                let late = LateLookup {
                    provider: declared.provider.clone(),
                    args: inputs,
                    place: Some(declared.place.clone()),
                };
                self.proposal.late_lookups.insert(address.clone(), late);
                view
            } else {
                let args = diff::known(&inputs);
                match self.on.live.data.get(&address) {
                    Some((asked, Ok(answer))) if *asked == args => {
                        let known = answer.clone();
                        View { names: schema.names.clone(), known, sensitive, ..View::default() }
                    }
                    Some((asked, Err(fault))) if *asked == args => {
                        self.faults.push(lookup_fault(&address, declared, fault));
                        return Err(());
                    }
                    _ => {
                        let provider = declared.provider.clone();
                        self.needs.questions.push(Question { address, provider, args });
                        waiting = true;
                        continue;
                    }
                }
            };
            self.put_view(&address, view);
        }
        if waiting { Err(()) } else { Ok(()) }
    }

    /// Whether something that the author says the lookup depends on is still to be changed.
    fn has_pending_dependency(&self, declared: &ResourceBlock) -> bool {
        declared.depends_on.iter().any(|(dependency, _)| {
            let mut items = self.proposal.items.iter().filter(|(a, _)| dependency.covers(a));
            items.any(|(_, item)| item.delta.need != Need::Nothing)
        })
    }
}

fn lookup_fault(address: &Address, declared: &ResourceBlock, fault: &ReadFault) -> Diagnostic {
    Diagnostic::error("A lookup failed", format!("{address}: {}", fault.fault))
        .at(declared.place.clone())
        .about(address)
        .hint(fault.fault.advice.clone())
}
