//! The functions, by Terraform's names and with its meaning. None of them is impure.
//!
//! Most are plain: they work on known values, and the result is unknown or sensitive where any part
//! of an argument is. Those that only move parts around (`merge`, `concat`, `lookup`, …) keep the
//! marks of each part.

mod call;
mod collection;
mod convert;
mod encoding;
mod format;
mod network;
mod number;
mod pattern;
mod text;

#[cfg(test)]
mod tests;

use super::budget::{Budget, Exhausted};
use super::evaluate::{Evaluator, Result as Evaluated};
use super::val::Val;
use crate::resource::Value;

/// One function.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How many arguments it takes at least.
    pub min: usize,
    /// How many it takes at most.
    pub max: Option<usize>,
    /// How it is written.
    pub usage: &'static str,
    run: Run,
}

/// Why a plain function has no value for these arguments.
type Complaint = String;

impl From<Exhausted> for Complaint {
    fn from(e: Exhausted) -> Self {
        e.0.to_owned()
    }
}

/// How a function runs.
#[derive(Clone, Copy)]
enum Run {
    /// On known values.
    Plain(fn(&[Value], &mut Budget<'_>) -> Result<Value, Complaint>),
    /// On values whose parts may be unknown or sensitive.
    Parts(for<'a> fn(&mut Evaluator<'a>, Vec<Val<'a>>) -> Evaluated<Val<'a>>),
    /// The first argument that has a value.
    Try,
    /// Whether the argument has a value.
    Can,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Function {
    /// How many arguments it takes, in words.
    pub fn arity(&self) -> String {
        let plural = |n: usize| if n == 1 { "1 argument".to_owned() } else { format!("{n} arguments") };
        match self.max {
            Some(max) if max == self.min => plural(max),
            Some(max) => format!("{} to {}", self.min, plural(max)),
            None => format!("at least {}", plural(self.min)),
        }
    }
}

/// The function of a name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    let at = TABLE.binary_search_by(|f| f.name.cmp(name)).ok()?;
    TABLE.get(at)
}

/// All names, sorted.
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    TABLE.iter().map(|f| f.name)
}

const fn plain(
    name: &'static str,
    min: usize,
    max: Option<usize>,
    usage: &'static str,
    run: fn(&[Value], &mut Budget<'_>) -> Result<Value, Complaint>,
) -> Function {
    Function { name, min, max, usage, run: Run::Plain(run) }
}

const fn parts(
    name: &'static str,
    min: usize,
    max: Option<usize>,
    usage: &'static str,
    run: for<'a> fn(&mut Evaluator<'a>, Vec<Val<'a>>) -> Evaluated<Val<'a>>,
) -> Function {
    Function { name, min, max, usage, run: Run::Parts(run) }
}

/// In order of their names.
static TABLE: &[Function] = &[
    plain("abs", 1, Some(1), "abs(number)", number::abs),
    plain("base64decode", 1, Some(1), "base64decode(text)", encoding::base64decode),
    plain("base64encode", 1, Some(1), "base64encode(text)", encoding::base64encode),
    Function { name: "can", min: 1, max: Some(1), usage: "can(expression)", run: Run::Can },
    plain("ceil", 1, Some(1), "ceil(number)", number::ceil),
    plain("cidrhost", 2, Some(2), "cidrhost(prefix, number)", network::cidrhost),
    plain("cidrsubnet", 3, Some(3), "cidrsubnet(prefix, new bits, number)", network::cidrsubnet),
    parts("coalesce", 1, None, "coalesce(values...)", collection::coalesce),
    parts("concat", 0, None, "concat(lists...)", collection::concat),
    parts("contains", 2, Some(2), "contains(list, value)", collection::contains),
    plain("distinct", 1, Some(1), "distinct(list)", collection::distinct),
    parts("element", 2, Some(2), "element(list, index)", collection::element),
    plain("endswith", 2, Some(2), "endswith(text, end)", text::endswith),
    parts("file", 1, Some(1), "file(path)", encoding::file),
    parts("flatten", 1, Some(1), "flatten(list)", collection::flatten),
    plain("floor", 1, Some(1), "floor(number)", number::floor),
    plain("format", 1, None, "format(form, values...)", format::format),
    plain("join", 1, None, "join(separator, lists...)", text::join),
    plain("jsondecode", 1, Some(1), "jsondecode(text)", encoding::jsondecode),
    plain("jsonencode", 1, Some(1), "jsonencode(value)", encoding::jsonencode),
    parts("keys", 1, Some(1), "keys(map)", collection::keys),
    parts("length", 1, Some(1), "length(value)", collection::length),
    parts("lookup", 2, Some(3), "lookup(map, key, default)", collection::lookup),
    plain("lower", 1, Some(1), "lower(text)", text::lower),
    plain("max", 1, None, "max(numbers...)", number::max),
    parts("merge", 0, None, "merge(maps...)", collection::merge),
    plain("min", 1, None, "min(numbers...)", number::min),
    parts("nonsensitive", 1, Some(1), "nonsensitive(value)", convert::nonsensitive),
    plain("range", 1, Some(3), "range(start, limit, step)", number::range),
    plain("regex", 2, Some(2), "regex(pattern, text)", pattern::regex),
    plain("replace", 3, Some(3), "replace(text, search, replacement)", pattern::replace),
    parts("reverse", 1, Some(1), "reverse(list)", collection::reverse),
    parts("sensitive", 1, Some(1), "sensitive(value)", convert::sensitive),
    plain("sha256", 1, Some(1), "sha256(text)", encoding::sha256),
    parts("slice", 3, Some(3), "slice(list, start, end)", collection::slice),
    plain("sort", 1, Some(1), "sort(list of texts)", collection::sort),
    plain("split", 2, Some(2), "split(separator, text)", text::split),
    plain("startswith", 2, Some(2), "startswith(text, start)", text::startswith),
    plain("substr", 3, Some(3), "substr(text, offset, length)", text::substr),
    plain("sum", 1, Some(1), "sum(list of numbers)", number::sum),
    plain("title", 1, Some(1), "title(text)", text::title),
    plain("tobool", 1, Some(1), "tobool(value)", convert::tobool),
    parts("tolist", 1, Some(1), "tolist(value)", convert::tolist),
    parts("tomap", 1, Some(1), "tomap(value)", convert::tomap),
    plain("tonumber", 1, Some(1), "tonumber(value)", convert::tonumber),
    plain("toset", 1, Some(1), "toset(list)", convert::toset),
    plain("tostring", 1, Some(1), "tostring(value)", convert::tostring),
    plain("trimprefix", 2, Some(2), "trimprefix(text, prefix)", text::trimprefix),
    plain("trimspace", 1, Some(1), "trimspace(text)", text::trimspace),
    plain("trimsuffix", 2, Some(2), "trimsuffix(text, suffix)", text::trimsuffix),
    Function { name: "try", min: 1, max: None, usage: "try(expressions...)", run: Run::Try },
    plain("upper", 1, Some(1), "upper(text)", text::upper),
    parts("values", 1, Some(1), "values(map)", collection::values),
    plain("yamldecode", 1, Some(1), "yamldecode(text)", encoding::yamldecode),
    parts("zipmap", 2, Some(2), "zipmap(keys, values)", collection::zipmap),
];

/// The argument as text: numbers and bools are written out.
fn text_arg(args: &[Value], i: usize) -> Result<String, Complaint> {
    match args.get(i) {
        Some(Value::String(s)) => Ok(s.clone()),
        Some(Value::Number(n)) => Ok(n.to_string()),
        Some(Value::Bool(b)) => Ok(b.to_string()),
        other => Err(needed("a text", i, other)),
    }
}

/// The argument as number.
fn number_arg(args: &[Value], i: usize) -> Result<crate::resource::Number, Complaint> {
    let given = args.get(i).cloned().unwrap_or_default();
    match crate::resource::Type::Number.convert(given) {
        Ok(Value::Number(n)) => Ok(n),
        _ => Err(needed("a number", i, args.get(i))),
    }
}

/// The argument as whole number.
fn int_arg(args: &[Value], i: usize) -> Result<i64, Complaint> {
    number_arg(args, i)?.as_i64().ok_or_else(|| needed("a whole number", i, args.get(i)))
}

/// The argument as list.
fn list_arg(args: &[Value], i: usize) -> Result<&[Value], Complaint> {
    args.get(i).and_then(Value::as_list).ok_or_else(|| needed("a list", i, args.get(i)))
}

fn needed(what: &str, i: usize, given: Option<&Value>) -> Complaint {
    let given = given.map_or("nothing", Value::kind_name);
    format!("argument {} must be {what}, not {given}", i + 1)
}
