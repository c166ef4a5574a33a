//! What must not stand in the request log besides credentials: every value that is marked sensitive.

use crate::config::Configuration;
use crate::expr::Worth;
use crate::plan::Secrets;
use crate::provider::Transport;
use crate::state::Recorded;

/// Sensitive variables, and sensitive attributes that are written out.
pub(super) fn configured(transport: &Transport, configuration: &Configuration) {
    for variable in configuration.variables.values().filter(|variable| variable.sensitive) {
        transport.conceal_value(&variable.value);
    }
    for block in configuration.blocks.values() {
        let arguments = block.sensitive.iter().filter_map(|name| block.attributes.get(name.as_str()));
        arguments
            .filter_map(|argument| argument.template.literal())
            .for_each(|worth| transport.conceal_value(&worth));
    }
}

/// Sensitive attributes as they were recorded.
pub(super) fn recorded(transport: &Transport, recorded: &Recorded) {
    let objects = recorded.every_object().map(|(_, object)| object);
    for object in objects {
        object.sensitive.iter().for_each(|name| transport.conceal_value(object.attributes.value(name)));
    }
}

/// What a plan holds only handles of.
pub(super) fn planned(transport: &Transport, secrets: &Secrets) {
    for worth in secrets.0.values() {
        if let Worth::Known(known) = worth {
            transport.conceal_value(known);
        }
    }
}
