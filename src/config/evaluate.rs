//! What the configuration is worth, given what is known of the objects: instances, inputs, outputs,
//! conditions, triggers, provider settings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use secrecy::SecretString;

use super::arguments::read_as;
use super::configuration::{Argument, Condition, Configuration, LocalState, ResourceBlock};
use crate::diagnostic::{Diagnostic, Place};
use crate::expr::{
    Account, Each, Evaluator, Fault, Input, Inputs, Local, Names, NoObjects, Objects, Root, Sort, Template,
    Val, Worth, pack, pack_whole, static_value,
};
use crate::resource::{AttributeSchema, Catalog, Key, ProviderName, RowSet, Rows, Source, Value};

/// A block makes at most so many instances.
const MOST_INSTANCES: usize = 200_000;

/// One setting of a provider block.
#[derive(Clone, Debug)]
pub enum ProviderSetting {
    /// To be shown freely.
    Plain(String),
    /// A credential.
    Secret(SecretString),
}

impl ProviderSetting {
    /// The text, secret or not.
    pub fn expose(&self) -> &str {
        match self {
            ProviderSetting::Plain(text) => text,
            ProviderSetting::Secret(text) => secrecy::ExposeSecret::expose_secret(text),
        }
    }
}

impl Names for Configuration {
    fn var(&self, name: &str) -> Option<Val<'_>> {
        let variable = self.variables.get(name)?;
        let val = if variable.broken { Val::UNKNOWN } else { Val::of(&variable.value) };
        Some(val.marked(variable.sensitive))
    }

    fn local(&self, name: &str) -> Option<Local<'_>> {
        let local = self.locals.get(name)?;
        Some(match &local.state {
            LocalState::Open => Local::Open(&local.template, &local.needs),
            LocalState::Closed(value, sensitive) => Local::Known(value, *sensitive),
            LocalState::Marked(val) => Local::Marked(val),
            LocalState::Broken => Local::Broken,
        })
    }

    fn env(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str)
    }

    fn module_dir(&self) -> &str {
        &self.module_dir
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        (self.read_file)(path)
    }

    fn travelling(&self) -> Option<&BTreeMap<String, Worth>> {
        None
    }

    fn account(&self) -> &Account {
        &self.account
    }
}

fn told(fault: Fault, place: &Place) -> Vec<Diagnostic> {
    fault.diagnostic(Some(place)).into_iter().collect()
}

impl Configuration {
    /// The instances of a block: one under `None`, or one for each key of `for_each`.
    ///
    /// # Errors
    /// Where `for_each` has a fault, is sensitive, or is not known yet.
    pub fn instances(
        &self,
        block: &ResourceBlock,
        objects: &dyn Objects,
    ) -> Result<Rows<Option<Key>, Each>, Vec<Diagnostic>> {
        match &block.for_each {
            None => Ok(Rows::from_iter([(None, Each::single())])),
            Some(template) => {
                let place = template.place.as_ref().unwrap_or(&block.place);
                self.instances_for(template, &block.block, place, objects)
            }
        }
    }

    /// What `for_each` makes instances for; `what` has it.
    pub(super) fn instances_for(
        &self,
        template: &Template,
        what: impl std::fmt::Display,
        place: &Place,
        objects: &dyn Objects,
    ) -> Result<Rows<Option<Key>, Each>, Vec<Diagnostic>> {
        let invalid = |detail: String, hint: &str| {
            vec![Diagnostic::error("Invalid for_each", detail).at(place.clone()).hint(hint)]
        };
        let mut evaluator = Evaluator::new(self, objects, None);
        let val = evaluator.template(template).map_err(|f| told(*f, place))?;
        if val.sensitive {
            return Err(invalid(
                "`for_each` is sensitive, and its keys become part of addresses, which are shown".into(),
                "take the keys from what is not sensitive, or use nonsensitive()",
            ));
        }
        if val.is_unknown() {
            let names: Vec<String> = evaluator.pending.iter().map(ToString::to_string).collect();
            let detail = format!("`for_each` of {what} is known only after {} is applied", names.join(", "));
            let mut targets: Vec<String> =
                evaluator.pending.iter().map(|r| format!("--target '{}'", r.address)).collect();
            targets.dedup();
            let hint = format!(
                "take the keys from what the configuration says, or apply first with {}",
                targets.join(" ")
            );
            return Err(invalid(detail, &hint));
        }
        let list = matches!(val.sort, Sort::List(_) | Sort::Held(Value::List(_)));
        let entries = match val.sort {
            Sort::Null => return Err(invalid("`for_each` is null".into(), "for no instances write {}")),
            Sort::Bool(_) | Sort::Number(_) | Sort::Text(_) => {
                let detail = format!("`for_each` takes a map or a set of texts, not {}", val.kind_name());
                return Err(invalid(detail, "write toset([\"a\", \"b\"]) or a map"));
            }
            _ => evaluator.entries(&val).map_err(|f| told(*f, place))?.unwrap_or_default(),
        };
        if entries.len() > MOST_INSTANCES {
            return Err(invalid(
                format!("{} instances are too many: at most {MOST_INSTANCES} are made", entries.len()),
                "",
            ));
        }
        let closed = static_value(&val).is_some();
        let collection = if closed {
            None
        } else {
            Some(Arc::new(pack(&mut evaluator, template).map_err(|f| told(*f, place))?))
        };
        let reads = Arc::new(std::mem::take(&mut evaluator.reads));
        let mut instances = Rows::new();
        for (key, value) in entries {
            let key = if list { &value } else { &key };
            let text = match &key.sort {
                Sort::Text(text) if !key.sensitive => Key::from(text as &str),
                Sort::Text(_) => {
                    return Err(invalid(
                        "a key of `for_each` is sensitive, and keys are shown".into(),
                        "use nonsensitive()",
                    ));
                }
                Sort::Unknown => {
                    return Err(invalid(
                        "a key of `for_each` is known only after apply".into(),
                        "take the keys from what the configuration says",
                    ));
                }
                _ => {
                    let detail = format!("the keys of `for_each` are texts, not {}", key.kind_name());
                    return Err(invalid(detail, "write a map, or toset() of texts"));
                }
            };
            let each = Each {
                key: Some(text.clone()),
                reads: reads.clone(),
                value: value.into_static(),
                collection: collection.clone(),
            };
            if instances.insert(Some(text.clone()), each).is_some() {
                let detail = format!("the key {} stands twice in `for_each`", Value::from(text.as_str()));
                return Err(invalid(detail, "use toset() to drop what is double"));
            }
        }
        evaluator.next().map_err(|f| told(*f, place))?;
        Ok(instances)
    }

    /// Every argument of an instance that is given or has a default: of its attribute's type, within
    /// its limits. What is not known yet is deferred.
    ///
    /// # Errors
    /// All faults of the values.
    pub fn inputs(
        &self,
        block: &ResourceBlock,
        key: Option<&Key>,
        each: &Each,
        objects: &dyn Objects,
        catalog: &Catalog,
    ) -> Result<Inputs, Vec<Diagnostic>> {
        let mut inputs = Inputs::new();
        let mut faults = Vec::new();
        let mut evaluator = Evaluator::new(self, objects, Some(each));
        for attribute in catalog.schema(&block.block).arguments() {
            let given = match block.attributes.get(attribute.name) {
                Some(argument) => self.input(&mut evaluator, argument, attribute),
                None => Ok(None),
            };
            match given {
                Ok(Some(mut input)) => {
                    if !input.sensitive && block.sensitive.contains(attribute.name) {
                        Arc::make_mut(&mut input).sensitive = true;
                    }
                    inputs.insert(attribute.name, input);
                }
                Ok(None) => match (&attribute.source, block.attributes.get(attribute.name)) {
                    (Source::Default(value), _) => {
                        let input = Input {
                            worth: Worth::Known(value.clone()),
                            sensitive: block.sensitive.contains(attribute.name),
                            reads: RowSet::default(),
                            place: None,
                        };
                        inputs.insert(attribute.name, Arc::new(input));
                    }
                    (Source::Required, argument) => {
                        let place = argument.map_or(&block.place, |a| &a.place);
                        let detail = format!("`{}` must be given, but is null here", attribute.name);
                        faults.push(Diagnostic::error("Missing attribute", detail).at(place.clone()));
                    }
                    _ => {}
                },
                Err(found) => faults.extend(found),
            }
        }
        if faults.is_empty() {
            return Ok(inputs);
        }
        let address = block.block.instance(key.cloned());
        Err(faults.into_iter().map(|fault| fault.about(&address)).collect())
    }

    fn input<'a>(
        &'a self,
        evaluator: &mut Evaluator<'a>,
        argument: &'a Argument,
        attribute: &AttributeSchema,
    ) -> Result<Option<Arc<Input>>, Vec<Diagnostic>> {
        if let Some(input) = &argument.settled {
            return Ok(Some(input.clone()).filter(|i| i.known() != Some(&Value::Null)));
        }
        if argument.broken {
            return Ok(None);
        }
        let place = &argument.place;
        evaluator.next().map_err(|f| told(*f, place))?;
        let val = evaluator.template(&argument.template).map_err(|f| told(*f, place))?;
        let (value, sensitive) = evaluator.whole(&val).map_err(|f| told(*f, place))?;
        let reads = std::mem::take(&mut evaluator.reads).into_iter().collect();
        let worth = match value {
            Some(value) => match read_as(attribute, value, sensitive, &argument.template, place)? {
                Value::Null => return Ok(None),
                value => Worth::Known(value),
            },
            None => {
                let deferred = pack_whole(evaluator, &argument.template).map_err(|f| told(*f, place))?;
                Worth::Deferred(Box::new(deferred))
            }
        };
        Ok(Some(Arc::new(Input { worth, sensitive, reads, place: Some(place.clone()) })))
    }

    /// The preconditions that are known and do not hold.
    pub fn conditions(
        &self,
        block: &ResourceBlock,
        key: Option<&Key>,
        each: &Each,
        objects: &dyn Objects,
    ) -> Vec<Diagnostic> {
        self.broken_conditions(
            "Precondition failed",
            &block.lifecycle.preconditions,
            block,
            key,
            each,
            objects,
        )
    }

    /// The postconditions that are known and do not hold.
    pub fn postconditions(
        &self,
        block: &ResourceBlock,
        key: Option<&Key>,
        each: &Each,
        objects: &dyn Objects,
    ) -> Vec<Diagnostic> {
        self.broken_conditions(
            "Postcondition failed",
            &block.lifecycle.postconditions,
            block,
            key,
            each,
            objects,
        )
    }

    fn broken_conditions(
        &self,
        summary: &str,
        conditions: &[Condition],
        block: &ResourceBlock,
        key: Option<&Key>,
        each: &Each,
        objects: &dyn Objects,
    ) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        for condition in conditions {
            let mut evaluator = Evaluator::new(self, objects, Some(each));
            let val = match evaluator.template(&condition.condition) {
                Ok(val) => val,
                Err(fault) => {
                    faults.extend(told(*fault, &condition.place));
                    continue;
                }
            };
            let holds = match &val.sort {
                Sort::Unknown => true,
                Sort::Bool(b) => *b,
                Sort::Text(s) if matches!(&**s, "true" | "false") => &**s == "true",
                _ => {
                    let detail = format!("a condition is true or false, not {}", val.kind_name());
                    faults.push(Diagnostic::error("Wrong type", detail).at(condition.place.clone()));
                    continue;
                }
            };
            if holds {
                continue;
            }
            let message = evaluator.template(&condition.message).and_then(|val| evaluator.whole(&val));
            let message = match message {
                Ok((Some(Value::String(text)), false)) => text,
                Ok((_, true)) => "(its message is sensitive)".to_owned(),
                _ => "the condition does not hold".to_owned(),
            };
            faults.push(Diagnostic::error(summary, message).at(condition.place.clone()));
        }
        let address = block.block.instance(key.cloned());
        faults.into_iter().map(|fault| fault.about(&address)).collect()
    }

    /// What an output is worth.
    ///
    /// # Errors
    /// The faults of its expression.
    ///
    /// # Panics
    /// If there is no such output: names come from `outputs`.
    pub fn output(&self, name: &str, objects: &dyn Objects) -> Result<Input, Vec<Diagnostic>> {
        let output = &self.outputs[name];
        let (worth, sensitive, reads) = self.worth(&output.value, &output.place, None, objects)?;
        if sensitive && output.sensitive == Some(false) {
            let detail = format!("the output `{name}` would show a sensitive value");
            let hint = "set `sensitive: true`, or use nonsensitive() where it may be shown";
            return Err(vec![
                Diagnostic::error("Sensitive output", detail).at(output.place.clone()).hint(hint),
            ]);
        }
        let sensitive = sensitive || output.sensitive == Some(true);
        Ok(Input { worth, sensitive, reads: reads.into_iter().collect(), place: Some(output.place.clone()) })
    }

    /// What each entry of `replace_triggered_by` is worth, as it was written.
    ///
    /// # Errors
    /// The faults of its expressions.
    pub fn replace_triggers(
        &self,
        block: &ResourceBlock,
        key: Option<&Key>,
        each: &Each,
        objects: &dyn Objects,
    ) -> Result<Vec<(String, Worth)>, Vec<Diagnostic>> {
        let address = block.block.instance(key.cloned());
        let worth = |trigger: &super::configuration::Trigger| {
            let (worth, ..) = self
                .worth(&trigger.template, &trigger.place, Some(each), objects)
                .map_err(|faults| faults.into_iter().map(|f| f.about(&address)).collect::<Vec<_>>())?;
            Ok((trigger.written.clone(), worth))
        };
        block.lifecycle.replace_triggered_by.iter().map(worth).collect()
    }

    fn worth(
        &self,
        template: &Template,
        place: &Place,
        each: Option<&Each>,
        objects: &dyn Objects,
    ) -> Result<(Worth, bool, BTreeSet<crate::expr::Reference>), Vec<Diagnostic>> {
        let mut evaluator = Evaluator::new(self, objects, each);
        let val = evaluator.template(template).map_err(|f| told(*f, place))?;
        let (value, sensitive) = evaluator.whole(&val).map_err(|f| told(*f, place))?;
        let reads = std::mem::take(&mut evaluator.reads);
        let worth = match value {
            Some(value) => Worth::Known(value),
            None => {
                let deferred = pack_whole(&mut evaluator, template).map_err(|f| told(*f, place))?;
                Worth::Deferred(Box::new(deferred))
            }
        };
        evaluator.next().map_err(|f| told(*f, place))?;
        Ok((worth, sensitive, reads))
    }

    /// Everything worked out as far as it can be while no object is known: what would be found wrong by a
    /// plan, and needs no cloud to be found.
    pub fn faults_without_cloud(&self, catalog: &Catalog) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        for block in self.blocks.values() {
            let mut reads_objects = false;
            if let Some(template) = &block.for_each {
                template.each_path(&mut |_, path, _, _| {
                    reads_objects |= match &path.root {
                        Root::Block(_) => true,
                        Root::Local(name) => {
                            self.locals.get(name).is_none_or(|local| !local.reads.is_empty())
                        }
                        _ => false,
                    }
                });
            }
            if reads_objects {
                continue;
            }
            match self.instances(block, &NoObjects) {
                Ok(instances) => {
                    for (key, each) in instances.iter() {
                        let inputs = self.inputs(block, key.as_ref(), each, &NoObjects, catalog);
                        faults.extend(inputs.err().unwrap_or_default());
                        faults.extend(self.conditions(block, key.as_ref(), each, &NoObjects));
                    }
                }
                Err(found) => faults.extend(found),
            }
        }
        for name in self.outputs.keys() {
            faults.extend(self.output(name, &NoObjects).err().unwrap_or_default());
        }
        faults.sort_by(|a, b| a.place.cmp(&b.place));
        faults.dedup();
        faults
    }

    /// The settings of a provider block, under their path (`region`, `auth.secret_key`). Asked for
    /// only where that provider is contacted, so an unset environment variable matters only then.
    ///
    /// # Errors
    /// All faults of its expressions.
    ///
    /// # Panics
    /// If there is no such provider: names come from `providers`.
    pub fn provider(
        &self,
        name: &ProviderName,
    ) -> Result<BTreeMap<String, ProviderSetting>, Vec<Diagnostic>> {
        let block = &self.providers[name];
        let mut settings = BTreeMap::new();
        let mut faults = Vec::new();
        for (path, template) in &block.settings {
            let place = template.place.as_ref().unwrap_or(&block.place);
            let mut evaluator = Evaluator::new(self, &NoObjects, None);
            let text = evaluator.template(template).and_then(|val| evaluator.whole(&val));
            match text {
                Ok((Some(value @ (Value::String(_) | Value::Number(_) | Value::Bool(_))), _)) => {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    let setting = if block.secrets.contains(path) {
                        ProviderSetting::Secret(text.into())
                    } else {
                        ProviderSetting::Plain(text)
                    };
                    settings.insert(path.clone(), setting);
                }
                Ok((Some(Value::Null), _)) => {}
                Ok(_) => {
                    let detail = format!("`{path}` of the provider `{name}` is a text");
                    faults.push(Diagnostic::error("Wrong type", detail).at(place.clone()));
                }
                Err(fault) => faults.extend(told(*fault, place)),
            }
        }
        if faults.is_empty() { Ok(settings) } else { Err(faults) }
    }
}
