//! Tables of every function, with unknown and sensitive parts, and with faults.

use std::collections::BTreeMap;

use crate::expr::Worth;
use crate::expr::budget::Account;
use crate::expr::evaluate::Evaluator;
use crate::expr::scope::{Local, Names, NoObjects};
use crate::expr::template::Text;
use crate::expr::val::Val;

/// `var.u` is unknown, `var.s` sensitive, `var.lu` a list with an unknown part, `var.ms` a map with
/// a sensitive one.
#[derive(Default)]
struct Scope(Account);

impl Names for Scope {
    fn var(&self, name: &str) -> Option<Val<'_>> {
        let text = Val::text;
        Some(match name {
            "u" => Val::UNKNOWN,
            "s" => text("secret").marked(true),
            "lu" => Val::list(vec![text("a"), Val::UNKNOWN]),
            "ms" => Val::map(BTreeMap::from([
                ("k".into(), text("secret").marked(true)),
                ("o".into(), text("open")),
            ])),
            _ => return None,
        })
    }
    fn local(&self, _: &str) -> Option<Local<'_>> {
        None
    }
    fn env(&self, _: &str) -> Option<&str> {
        None
    }
    fn module_dir(&self) -> &str {
        "here"
    }
    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        if path == "here/a.txt" { Ok(b"text".to_vec()) } else { Err("no such file".into()) }
    }
    fn travelling(&self) -> Option<&BTreeMap<String, Worth>> {
        None
    }
    fn account(&self) -> &Account {
        &self.0
    }
}

/// The value as JSON, `unknown` or the fault, with a mark for what is sensitive.
pub(super) fn worth(expression: &str) -> String {
    let text = match Text::parse(&format!("${{{expression}}}"), None) {
        Ok((text, faults)) if faults.is_empty() => text,
        Ok((_, faults)) => return format!("{}: {}", faults[0].summary, faults[0].message),
        Err(fault) => return format!("{}: {}", fault.summary, fault.message),
    };
    let scope = Scope::default();
    let mut evaluator = Evaluator::new(&scope, &NoObjects, None);
    let worth = evaluator.text(&text).and_then(|val| evaluator.whole(&val));
    match worth {
        Ok((value, sensitive)) => {
            let mark = if sensitive { " (sensitive)" } else { "" };
            format!("{}{mark}", value.map_or("unknown".into(), |v| v.to_string()))
        }
        Err(fault) => fault.message,
    }
}

fn table(rows: &[(&str, &str)]) {
    for (expression, expected) in rows {
        assert_eq!(worth(expression), *expected, "{expression}");
    }
}

#[test]
fn the_table_is_sorted_so_that_names_are_found() {
    assert!(super::TABLE.is_sorted_by_key(|f| f.name));
    assert!(super::names().all(|name| super::find(name).is_some()));
}

#[test]
fn lists_and_maps() {
    table(&[
        ("length([1, 2])", "2"),
        ("length({a = 1})", "1"),
        ("length(\"né\")", "2"),
        ("length(var.lu)", "2"),
        ("length(var.u)", "unknown"),
        ("length(5)", "a list or a map is needed here, not a number"),
        ("keys({b = 1, a = 2})", r#"["a","b"]"#),
        ("keys(var.ms)", r#"["k","o"]"#),
        ("values({b = 1, a = 2})", "[2,1]"),
        ("values(var.ms)", r#"["secret","open"] (sensitive)"#),
        ("values([1])", "a map is needed here, not a list"),
        ("lookup({a = 1}, \"a\")", "1"),
        ("lookup({a = 1}, \"b\", 2)", "2"),
        ("lookup({a = 1}, \"b\")", "there is no `b` in this map"),
        ("lookup(var.ms, \"o\", 1)", r#""open""#),
        ("lookup(var.ms, \"k\", 1)", r#""secret" (sensitive)"#),
        ("lookup(var.u, \"o\", 1)", "unknown"),
        ("merge({a = 1, b = 1}, {b = 2}, null)", r#"{"a":1,"b":2}"#),
        ("merge({a = 1}, var.ms).a", "1"),
        ("merge({a = 1}, var.u)", "unknown"),
        ("merge()", "{}"),
        ("concat([1], [2, 3], [])", "[1,2,3]"),
        ("concat([1], var.lu)[0]", "1"),
        ("concat([1], var.lu)", "unknown"),
        ("concat([1], 2)", "a list is needed here, not a number"),
        ("flatten([[1, [2]], [], 3])", "[1,2,3]"),
        ("flatten([var.lu])", "unknown"),
        ("distinct([1, 2, 1, \"1\"])", r#"[1,2,"1"]"#),
        ("contains([1, 2], 2)", "true"),
        ("contains([1, 2], \"2\")", "true"),
        ("contains([1, 2], 3)", "false"),
        ("contains(var.lu, \"a\")", "true"),
        ("contains(var.lu, \"b\")", "unknown"),
        ("contains(values(var.ms), \"x\")", "false (sensitive)"),
        ("element([1, 2, 3], 4)", "2"),
        ("element([1, 2, 3], -1)", "3"),
        ("element([], 0)", "element: the list is empty"),
        ("slice([1, 2, 3], 1, 3)", "[2,3]"),
        ("slice([1], 0, 2)", "slice: 0 to 2 is not within the list of 1"),
        ("sort([\"b\", \"a\", 10])", r#"["10","a","b"]"#),
        ("reverse([1, 2])", "[2,1]"),
        ("zipmap([\"a\", \"b\"], [1, 2])", r#"{"a":1,"b":2}"#),
        ("zipmap([\"a\"], [])", "zipmap: there are 1 keys and 0 values"),
        ("toset([\"b\", \"a\", \"b\"])", r#"["a","b"]"#),
        ("tolist(toset([2, 1]))", "[1,2]"),
        ("tolist(5)", "a list is needed here, not a number"),
        ("tomap({a = 1})", r#"{"a":1}"#),
        ("tomap([])", "a map is needed here, not a list"),
        ("coalesce(null, \"\", \"x\")", r#""x""#),
        ("coalesce(null)", "coalesce: every argument is null or empty"),
        ("sum([1, 2.5, \"3\"])", "6.5"),
        ("sum([])", "sum: the list is empty"),
        ("min([3, 1, 2]...)", "1"),
        ("max(3, 1, \"20\")", "20"),
        ("max(var.u...)", "unknown"),
        ("range(3)", "[0,1,2]"),
        ("range(1, 8, 3)", "[1,4,7]"),
        ("range(3, 0)", "[3,2,1]"),
        ("range(0, 1, -1)", "range: steps of -1 do not lead from 0 to 1"),
        ("range(1000000000)", "range: it would have 1000000000 elements; at most 1000000 are made"),
    ]);
}

#[test]
fn texts() {
    table(&[
        ("upper(\"é\")", r#""É""#),
        ("lower(\"AB\")", r#""ab""#),
        ("title(\"hello big world\")", r#""Hello Big World""#),
        ("trimspace(\" a \\n\")", r#""a""#),
        ("trimprefix(\"helloworld\", \"hello\")", r#""world""#),
        ("trimsuffix(\"helloworld\", \"world\")", r#""hello""#),
        ("startswith(\"abc\", \"ab\")", "true"),
        ("endswith(\"abc\", \"ab\")", "false"),
        ("substr(\"hello\", 1, 3)", r#""ell""#),
        ("substr(\"hello\", -3, -1)", r#""llo""#),
        ("split(\",\", \"a,b\")", r#"["a","b"]"#),
        ("split(\",\", \"\")", "[]"),
        ("join(\"-\", [\"a\", 1], [true])", r#""a-1-true""#),
        ("join(\"-\", [[1]])", "join: element 0 must be a text, not a list"),
        ("replace(\"1 + 2 + 3\", \"+\", \"-\")", r#""1 - 2 - 3""#),
        ("replace(\"hello world\", \"/w(.)/\", \"<$1>\")", r#""hello <o>rld""#),
        ("regex(\"[a-z]+\", \"53453453.345345aaabbbccc23454\")", r#""aaabbbccc""#),
        ("regex(\"(\\\\d+)-(\\\\d+)\", \"2019-02\")", r#"["2019","02"]"#),
        ("regex(\"(?P<y>\\\\d+)\", \"2019\").y", r#""2019""#),
        ("regex(\"x\", \"y\")", r#"regex: the text does not match "x""#),
        ("upper(var.s)", r#""SECRET" (sensitive)"#),
        ("upper(var.u)", "unknown"),
        ("upper([])", "upper: argument 1 must be a text, not a list"),
        ("format(\"%s is %d, %05.1f %t %q%%\", \"a\", 5, 2, true, \"x\")", r#""a is 5, 002.0 true \"x\"%""#),
        ("format(\"%-4s|%4s|%+d|%x\", \"a\", \"b\", 3, 255)", r#""a   |   b|+3|ff""#),
        ("format(\"%[2]s %[1]s %v\", \"a\", \"b\")", r#""b a b""#),
        ("format(\"%d\", \"x\")", "format: value 1: %d needs a number, not a string"),
        ("format(\"%s\")", "format: the form needs at least 1 values after it"),
        ("format(\"%z\", 1)", "format: value 1: there is no verb %z"),
        ("format(\"%999999s\", 1)", "format: a width of at most 1024 is possible"),
        ("format(\"a\", 1)", "format: the form uses 0 values, but 1 are given"),
    ]);
}

#[test]
fn numbers_networks_and_encodings() {
    table(&[
        ("abs(-3)", "3"),
        ("ceil(1.2)", "2"),
        ("floor(-1.2)", "-2"),
        ("cidrhost(\"10.12.112.0/20\", 16)", r#""10.12.112.16""#),
        ("cidrhost(\"10.12.112.0/20\", -1)", r#""10.12.127.255""#),
        ("cidrhost(\"fd00:fd12:3456:7890:00a2::/72\", 34)", r#""fd00:fd12:3456:7890::22""#),
        ("cidrhost(\"10.0.0.0/30\", 4)", "cidrhost: 10.0.0.0/30 has no host 4: it has 2 bits for hosts"),
        ("cidrhost(\"x\", 4)", r#"cidrhost: "x" is no prefix such as 10.0.0.0/16"#),
        ("cidrsubnet(\"172.16.0.0/12\", 4, 2)", r#""172.18.0.0/16""#),
        ("cidrsubnet(\"10.1.2.0/24\", 4, 15)", r#""10.1.2.240/28""#),
        ("cidrsubnet(\"fd00:fd12:3456:7890::/56\", 16, 162)", r#""fd00:fd12:3456:7800:a200::/72""#),
        ("cidrsubnet(\"::/0\", 128, 1)", r#""::1/128""#),
        ("cidrsubnet(\"10.0.0.0/24\", 2, 4)", "cidrsubnet: 2 new bits have no subnet of that number"),
        ("jsonencode({a = [1, null, \"<\"]})", r#""{\"a\":[1,null,\"\\u003c\"]}""#),
        ("jsondecode(\"{\\\"a\\\": 1.0}\").a", "1"),
        ("jsonencode(var.lu)", "unknown"),
        ("jsonencode(var.ms)", r#""{\"k\":\"secret\",\"o\":\"open\"}" (sensitive)"#),
        ("yamldecode(\"a: [1, x]\").a[1]", r#""x""#),
        ("yamldecode(\"a: &b 1\\nc: *b\")", "yamldecode: aliases (`*name`) are not read here"),
        ("base64encode(\"Hello World\")", r#""SGVsbG8gV29ybGQ=""#),
        ("base64decode(\"SGVsbG8gV29ybGQ=\")", r#""Hello World""#),
        ("base64decode(\"!\")", "base64decode: the text is not base64"),
        ("sha256(\"hello world\")", r#""b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9""#),
        ("file(\"${path.module}/a.txt\")", r#""text""#),
        ("file(\"b\")", "b cannot be read: no such file"),
        ("tostring(5)", r#""5""#),
        ("tonumber(\"1e3\")", "1000"),
        ("tobool(\"true\")", "true"),
        ("tobool(\"yes\")", "tobool: true or false is needed, not `\"yes\"`"),
    ]);
}

#[test]
fn trying_and_marks() {
    table(&[
        ("try({a = 1}.b, {a = 2}.a)", "2"),
        ("try(tonumber(\"x\"), \"y\")", r#""y""#),
        ("try(1 / 0)", "1 cannot be divided by zero"),
        ("try(var.u, 1)", "unknown"),
        ("can(1 / 0)", "false"),
        ("can([for x in [1] : x])", "true"),
        ("can(var.u)", "unknown"),
        ("sensitive(1)", "1 (sensitive)"),
        ("nonsensitive(var.s)", r#""secret""#),
        ("nonsensitive(var.ms)", r#"{"k":"secret","o":"open"}"#),
        ("var.s == \"secret\" ? 1 : 2", "1 (sensitive)"),
        ("[for k, v in var.ms : v if k == \"o\"]", r#"["open"]"#),
        ("{for k, v in var.ms : k => v}.o", r#""open""#),
    ]);
}

#[test]
fn operators_paths_and_loops() {
    table(&[
        ("1 + 2 * 3 - 4 / 2", "5"),
        ("7 % 4", "3"),
        ("9223372036854775807 + 0", "9223372036854775807"),
        ("\"5\" + 1", "6"),
        ("-\"5\"", "-5"),
        ("!true || 1 < 2 && 2 >= 2", "true"),
        ("false && 1 / 0 == 1", "false"),
        ("var.u && false", "false"),
        ("var.u || false", "unknown"),
        ("\"443\" == 443", "true"),
        ("\"0443\" == 443", "false"),
        ("[1, {a = 2}] == [1, {a = 2}]", "true"),
        ("null == null", "true"),
        ("[] == {}", "false"),
        ("var.u == 1", "unknown"),
        ("var.u ? 1 : 2", "unknown"),
        ("{a = {b = [1, 2]}}.a.b[1]", "2"),
        ("{a = 1}[\"a\"]", "1"),
        ("[{a = 1}, {a = 2}][*].a", "[1,2]"),
        ("[{a = [1]}, {a = [2]}].*.a[0]", "[1]"),
        ("[{a = [1]}, {a = [2]}][*].a[0]", "[1,2]"),
        ("null[*].a", "[]"),
        ("{a = 1}[*].a", "[1]"),
        ("[for i, x in [\"a\", \"b\"] : \"${i}${x}\" if x != \"a\"]", r#"["1b"]"#),
        ("{for x in [\"a\", \"b\", \"a\"] : x => upper(x)...}", r#"{"a":["A","A"],"b":["B"]}"#),
        ("[for x in [[1], [2]] : [for y in x : y * 2]]", "[[2],[4]]"),
        ("[for x in var.u : x]", "unknown"),
        ("var.lu[0]", r#""a""#),
        ("var.lu[1]", "unknown"),
        ("\"%{ for x in [1, 2] }<${x}>%{ endfor }%{ if true }y%{ else }n%{ endif }\"", r#""<1><2>y""#),
        ("\"a ${~ 1 ~} b\"", r#""a1b""#),
        ("\"$${x} %%{y}\"", r#""${x} %{y}""#),
        ("(1 + 2) * 3", "9"),
    ]);
}
