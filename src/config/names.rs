//! What every reference points at: checked before anything is evaluated, through the whole path
//! where types are known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::configuration::Variable;
use super::lower::RawBlock;
use crate::diagnostic::{Diagnostic, Place, known_names, nearest};
use crate::expr::{Node, Part, Path, Root, Span, Step, Template, Text, Tree};
use crate::resource::{Block, Catalog, KindSchema, Listing, Mode, Type, Value};

/// What a part of the configuration reads.
#[derive(Default)]
pub(super) struct Reads {
    pub(super) blocks: BTreeMap<(Block, Option<String>), Place>,
    pub(super) locals: BTreeMap<Arc<str>, Place>,
    pub(super) each: bool,
}

/// In which part of the configuration an expression stands: what it may refer to.
#[derive(Clone, Copy)]
pub(super) enum Site<'s> {
    Local,
    Output,
    Provider,
    /// An entry of `imports`, and whether `each` has a meaning there.
    Import(bool),
    /// A block, and whether `each` has a meaning there.
    Block(&'s Block, bool),
    /// A block's postcondition, which may look at the block itself, and whether `each` has a meaning.
    After(bool),
}

/// All names that there are.
pub(super) struct Names<'n> {
    pub(super) catalog: &'n Catalog,
    pub(super) variables: &'n BTreeMap<String, Variable>,
    pub(super) locals: &'n BTreeSet<Arc<str>>,
    pub(super) blocks: &'n BTreeMap<Block, RawBlock>,
    pub(super) env: &'n BTreeMap<String, String>,
}

/// In what form the worth of an expression comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Single,
    List,
    Map,
    Resource,
    Instances,
}

impl Form {
    fn words(self) -> &'static str {
        match self {
            Form::Single => "a single value",
            Form::List => "a list",
            Form::Map => "a map",
            Form::Resource => "a whole resource",
            Form::Instances => "all instances of a resource, by key",
        }
    }

    fn suits(self, ty: &Type) -> bool {
        match ty {
            Type::Any => true,
            Type::String | Type::Number | Type::Integer | Type::Bool => self == Form::Single,
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => self == Form::List,
            Type::Object { shorthand: Some(_), .. } => self != Form::List,
            Type::Map(_) | Type::Object { .. } => !matches!(self, Form::Single | Form::List),
        }
    }
}

/// What is wrong with a reference: summary, detail, hint, and where it differs from the whole path.
struct Wrong(&'static str, String, String, Option<Span>);

impl Names<'_> {
    /// Checks every reference of a template and notes what it reads. Gives whether all are good.
    pub(super) fn check(
        &self,
        template: &Template,
        site: Site<'_>,
        reads: &mut Reads,
        faults: &mut Vec<Diagnostic>,
    ) -> bool {
        let before = faults.len();
        template.each_path(&mut |text, path, span, guarded| {
            if let Err(Wrong(summary, detail, hint, part)) = self.path(text, path, span, guarded, site, reads)
            {
                let place = text.place(part.unwrap_or(span));
                let fault = Diagnostic::error(summary, detail).hint(hint).at(place);
                if !faults[before..].contains(&fault) {
                    faults.push(fault);
                }
            }
        });
        if faults.len() == before {
            self.check_within(template, faults);
        }
        let mut good = faults.len() == before;
        template.each_text(&mut |text| good &= !text.faulty);
        good
    }

    /// Checks what the expressions of an attribute can be worth against its type, as far as that is known
    /// before anything is there.
    pub(super) fn check_type(
        &self,
        name: &str,
        template: &Template,
        ty: &Type,
        faults: &mut Vec<Diagnostic>,
    ) {
        match (&template.tree, ty) {
            (Tree::Text(text), ty) => {
                let [Part::Expr(expression)] = &text.parts[..] else { return };
                let Node::Path(path) = &expression.node else { return };
                let Some(form) = self.form(path).filter(|form| !form.suits(ty)) else { return };
                let detail = format!("`{name}`: {ty} is needed, and this is {}", form.words());
                let fault = Diagnostic::error("Wrong type", detail).at(text.place(expression.span));
                faults.push(fault.hint(self.form_hint(path)));
            }
            (Tree::List(items), Type::List(of) | Type::Set(of)) => {
                items.iter().for_each(|item| self.check_type(name, item, of, faults));
            }
            (Tree::Map(entries), Type::Map(of)) => {
                entries.iter().for_each(|entry| self.check_type(name, &entry.value, of, faults));
            }
            (Tree::Map(entries), Type::Object { fields, .. }) => {
                for entry in entries {
                    if let Some(field) = fields.iter().find(|field| field.name == entry.key) {
                        self.check_type(name, &entry.value, &field.ty, faults);
                    }
                }
            }
            _ => {}
        }
    }

    /// Checks that what an attribute names by its id is of a kind that it can name.
    pub(super) fn check_kind(
        &self,
        schema: &KindSchema,
        name: &str,
        template: &Template,
        faults: &mut Vec<Diagnostic>,
    ) {
        let Tree::Text(text) = &template.tree else { return };
        let [Part::Expr(expression)] = &text.parts[..] else { return };
        let Node::Path(path) = &expression.node else { return };
        let Root::Block(block) = &path.root else { return };
        let is_id = matches!(path.steps.last(), Some(Step::Name(step, _)) if &**step == "id");
        let Some(named) = self.catalog.get(block.mode, &block.kind).filter(|_| is_id) else { return };
        let kinds: Vec<&str> = schema.referred(name).collect();
        // What exists with its parent has the parent's id, and a lookup may lead to anything of its cloud.
        let other = named.provider_type != schema.provider_type || named.listing == Listing::Project;
        if kinds.is_empty() || kinds.contains(&block.kind.as_str()) || !other {
            return;
        }
        let declared = self.blocks.keys().filter(|one| kinds.contains(&one.kind.as_str()));
        let declared: Vec<String> = declared.map(|one| format!("`{one}`")).take(12).collect();
        let hint = match declared.is_empty() {
            true => format!("name one, or its id: no {} is declared", kinds.join(" or ")),
            false => format!("declared are {}", declared.join(", ")),
        };
        let detail = format!(
            "`{name}` of {} is the id of a {}, and {block} is none",
            schema.kind,
            kinds.join(" or of a ")
        );
        let fault = Diagnostic::error("Another kind is needed", detail).at(text.place(expression.span));
        faults.push(fault.hint(hint));
    }

    /// What stands within a longer text must be a text itself.
    fn check_within(&self, template: &Template, faults: &mut Vec<Diagnostic>) {
        template.each_text(&mut |text| {
            let within = text.parts.iter().filter(|_| text.parts.len() > 1);
            for part in within {
                let Part::Expr(expression) = part else { continue };
                let Node::Path(path) = &expression.node else { continue };
                if let Some(form) = self.form(path).filter(|form| !form.suits(&Type::String)) {
                    let detail =
                        format!("only a value can stand within a text, and this is {}", form.words());
                    let fault = Diagnostic::error("Wrong type", detail).at(text.place(expression.span));
                    faults.push(fault.hint(self.form_hint(path)));
                }
            }
        });
    }

    /// In what form the worth of a path comes, if that is known.
    fn form(&self, path: &Path) -> Option<Form> {
        let Root::Block(block) = &path.root else { return None };
        let raw = self.blocks.get(block)?;
        let steps = match (path.steps.split_first(), raw.has_for_each) {
            (None, true) => return Some(Form::Instances),
            (Some((Step::Index(_), rest)), true) => rest,
            (Some((Step::Splat(..), _)), true) => return Some(Form::List),
            (_, _) => &path.steps,
        };
        let Some((Step::Name(name, _), rest)) = steps.split_first() else {
            return steps.is_empty().then_some(Form::Resource);
        };
        let attribute = self.catalog.get(block.mode, &block.kind)?.attribute(name)?;
        match walk(&attribute.ty, rest).ok()? {
            Type::Any => None,
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => Some(Form::List),
            Type::Map(_) | Type::Object { .. } => Some(Form::Map),
            Type::String | Type::Number | Type::Integer | Type::Bool => Some(Form::Single),
        }
    }

    fn form_hint(&self, path: &Path) -> String {
        let whole = matches!(self.form(path), Some(Form::Resource));
        match &path.root {
            Root::Block(block) if whole && path.steps.is_empty() => format!("its id is {block}.id"),
            _ => String::new(),
        }
    }

    fn path(
        &self,
        text: &Text,
        path: &Path,
        span: Span,
        guarded: bool,
        site: Site<'_>,
        reads: &mut Reads,
    ) -> Result<(), Wrong> {
        let unknown = |summary, detail: String, name: &str, known: Vec<&str>| {
            let hint = known_names(name, known);
            Err(Wrong(summary, detail, hint, None))
        };
        match &path.root {
            Root::Var(name) => match self.variables.get(&**name) {
                Some(variable) => walk(&variable.ty, &path.steps).map(drop),
                None => unknown(
                    "Unknown variable",
                    format!("there is no variable `{name}`"),
                    name,
                    self.variables.keys().map(String::as_str).collect(),
                ),
            },
            Root::Local(name) => {
                if !self.locals.contains(name) {
                    let known = self.locals.iter().map(|n| &**n).collect();
                    return unknown(
                        "Unknown local value",
                        format!("there is no local value `{name}`"),
                        name,
                        known,
                    );
                }
                if let Some(place) = text.place(span) {
                    reads.locals.entry(name.clone()).or_insert(place);
                }
                Ok(())
            }
            Root::Env(name) => {
                if guarded || matches!(site, Site::Provider) || self.env.contains_key(&**name) {
                    return Ok(());
                }
                let hint = match nearest(name, self.env.keys().map(String::as_str)) {
                    Some(near) => format!("set it before running: export {name}=…; or is {near} meant?"),
                    None => format!("set it before running: export {name}=…"),
                };
                Err(Wrong(
                    "Environment variable not set",
                    format!("the environment has no variable {name}"),
                    hint,
                    None,
                ))
            }
            Root::EachKey | Root::EachValue => {
                reads.each = true;
                match site {
                    Site::Block(_, true) | Site::After(true) | Site::Import(true) => Ok(()),
                    _ => Err(Wrong(
                        "No instance here",
                        "`each` has a meaning only in the attributes of a block with `for_each`".into(),
                        String::new(),
                        None,
                    )),
                }
            }
            Root::Block(block) => {
                if matches!(site, Site::Provider) {
                    let detail = format!(
                        "a provider block cannot read {block}: providers are set up before any resource is read"
                    );
                    return Err(Wrong(
                        "Reference not possible",
                        detail,
                        "use a variable or the environment".into(),
                        None,
                    ));
                }
                if matches!(site, Site::Import(_)) {
                    let detail = format!(
                        "an import cannot read {block}: which object belongs to an address is found out first"
                    );
                    return Err(Wrong(
                        "Reference not possible",
                        detail,
                        "write the id itself, or let the object be known `by` attributes of its resource"
                            .into(),
                        None,
                    ));
                }
                self.block(text, block, &path.steps, span, site, reads)
            }
            Root::ModuleDir | Root::Bound(_) | Root::Value(_) => Ok(()),
        }
    }

    fn block(
        &self,
        text: &Text,
        block: &Block,
        steps: &[Step],
        span: Span,
        site: Site<'_>,
        reads: &mut Reads,
    ) -> Result<(), Wrong> {
        let Some(raw) = self.blocks.get(block) else { return Err(self.no_block(block)) };
        if let Site::Block(this, _) = site
            && this == block
        {
            let detail = format!("{block} refers to itself, so neither could be known before the other");
            return Err(Wrong(
                "Self reference",
                detail,
                "take the value from a local, or from what it was made of".into(),
                None,
            ));
        }
        let mut inner: &[Step] = steps;
        match steps.first() {
            Some(Step::Index(key)) if !raw.has_for_each => {
                let detail = format!("{block} has no `for_each`, so there is one of it");
                return Err(Wrong(
                    "No instances",
                    detail,
                    format!("write {block} without [ ]"),
                    Some(key.span),
                ));
            }
            Some(Step::Name(name, at)) if raw.has_for_each => {
                let detail = format!("{block} has `for_each`: it stands for several resources");
                let hint = format!("write {block}[\"KEY\"].{name}, or {block}[*].{name} for all of them");
                return Err(Wrong("Instance not chosen", detail, hint, Some(*at)));
            }
            Some(Step::Index(_)) => inner = &steps[1..],
            Some(Step::Splat(each, _)) => inner = each,
            _ => {}
        }
        let attribute = match inner.first() {
            Some(Step::Name(name, at)) => {
                self.attribute(block, name, *at, &inner[1..])?;
                Some(name.to_string())
            }
            _ => None,
        };
        if let Some(place) = text.place(span) {
            reads.blocks.entry((block.clone(), attribute)).or_insert(place);
        }
        Ok(())
    }

    fn attribute(&self, block: &Block, name: &str, at: Span, rest: &[Step]) -> Result<(), Wrong> {
        // A block of an unknown kind was reported where it stands.
        let Some(schema) = self.catalog.get(block.mode, &block.kind) else { return Ok(()) };
        match schema.attribute(name) {
            Some(attribute) => walk(&attribute.ty, rest).map(drop),
            None => {
                let known: Vec<&str> = schema.attributes.iter().map(|a| a.name).collect();
                let detail = format!("{} has no attribute `{name}`", block.kind);
                Err(Wrong("Unknown attribute", detail, known_names(name, known), Some(at)))
            }
        }
    }

    fn no_block(&self, block: &Block) -> Wrong {
        let kind_known = self.catalog.get(block.mode, &block.kind).is_some();
        let other = Block {
            mode: if block.mode == Mode::Data { Mode::Managed } else { Mode::Data },
            ..block.clone()
        };
        if self.blocks.contains_key(&other) {
            return Wrong(
                "Unknown resource",
                format!("there is no {block}"),
                format!("did you mean `{other}`?"),
                None,
            );
        }
        if kind_known {
            let names: Vec<String> = self
                .blocks
                .keys()
                .filter(|b| b.mode == block.mode && b.kind == block.kind)
                .map(|b| b.name.to_string())
                .collect();
            let hint = match nearest(&block.name, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{}`?", Block { name: near.into(), ..block.clone() }),
                None if names.is_empty() => format!("no block of kind {} is declared", block.kind),
                None => format!("declared are: {}", names[..names.len().min(12)].join(", ")),
            };
            return Wrong("Unknown resource", format!("there is no {block}"), hint, None);
        }
        let roots = ["var", "local", "env", "data", "each", "path"];
        let kinds = self.catalog.iter().filter(|k| k.mode == block.mode).map(|k| k.kind.as_str());
        let roots = roots.into_iter().filter(|_| block.mode == Mode::Managed);
        let hint = nearest(block.kind.as_str(), roots.chain(kinds)).map(|n| format!("did you mean `{n}`?"));
        let what = if block.mode == Mode::Data { "data lookup" } else { "resource" };
        let detail = format!("`{block}` names nothing: there is no kind of {what} `{}`", block.kind);
        Wrong("Unknown name", detail, hint.unwrap_or_default(), None)
    }
}

/// Follows a path through a type, as far as the type is known, and gives the type it leads to.
fn walk<'t>(ty: &'t Type, steps: &[Step]) -> Result<&'t Type, Wrong> {
    let mut ty = ty;
    for step in steps {
        let span = match step {
            Step::Name(_, at) | Step::Splat(_, at) => *at,
            Step::Index(key) => key.span,
        };
        ty = match (ty, step) {
            (Type::Any, _) => return Ok(&Type::Any),
            (Type::Object { fields, .. }, Step::Name(name, _)) => {
                let Some(field) = fields.iter().find(|f| f.name == **name) else {
                    let known = fields.iter().map(|f| f.name.as_str());
                    return Err(Wrong(
                        "Unknown attribute",
                        format!("there is no `{name}` here"),
                        known_names(name, known),
                        Some(span),
                    ));
                };
                &field.ty
            }
            (Type::Object { fields, .. }, Step::Index(key)) => match &key.node {
                Node::Literal(Value::String(name)) => match fields.iter().find(|f| f.name == *name) {
                    Some(field) => &field.ty,
                    None => {
                        let known = fields.iter().map(|f| f.name.as_str());
                        return Err(Wrong(
                            "Unknown attribute",
                            format!("there is no `{name}` here"),
                            known_names(name, known),
                            Some(span),
                        ));
                    }
                },
                _ => return Ok(&Type::Any),
            },
            (Type::Map(of), Step::Name(..) | Step::Index(_)) => of,
            (Type::List(of) | Type::Set(of), Step::Index(_)) => of,
            (Type::Tuple(types), Step::Index(key)) => match &key.node {
                Node::Literal(Value::Number(n)) => {
                    match n.as_i64().and_then(|i| types.get(usize::try_from(i).ok()?)) {
                        Some(ty) => ty,
                        None => {
                            return Err(Wrong(
                                "Index out of range",
                                format!("there are {} values here", types.len()),
                                String::new(),
                                Some(span),
                            ));
                        }
                    }
                }
                _ => return Ok(&Type::Any),
            },
            (Type::List(of) | Type::Set(of), Step::Splat(inner, _)) => {
                return walk(of, inner).map(|_| &Type::Any);
            }
            (_, Step::Splat(..)) => return Ok(&Type::Any),
            (Type::List(_) | Type::Set(_) | Type::Tuple(_), Step::Name(name, _)) => {
                let hint = format!("write [*].{name} for all elements, or choose one: [0].{name}");
                return Err(Wrong(
                    "Wrong type",
                    format!("this is {ty}, so it has no `{name}`"),
                    hint,
                    Some(span),
                ));
            }
            _ => {
                return Err(Wrong(
                    "Wrong type",
                    format!("this is {ty}: it has no parts"),
                    String::new(),
                    Some(span),
                ));
            }
        };
    }
    Ok(ty)
}
