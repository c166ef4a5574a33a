//! Hostile input: each kind ends in a clear fault, early. Speed is bounded by the budgets that the
//! messages speak of, so no clock is needed here.

use std::fmt::Write as _;

use crate::config::testing::catalog;
use crate::config::{Sources, parse};

fn faults(text: &[u8]) -> Vec<String> {
    let sources = Sources { files: vec![("a.yaml".into(), text.to_vec())], ..Sources::default() };
    match parse(&sources, &catalog()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|f| format!("{}: {}", f.summary, f.detail)).collect(),
    }
}

fn first(text: &str) -> String {
    faults(text.as_bytes()).into_iter().next().unwrap_or_default()
}

#[test]
fn nesting_and_size_are_bounded() {
    let deep = "Nested too deep: values are nested deeper than 64 levels here";
    assert_eq!(first(&"[".repeat(200_000)), deep);
    assert_eq!(first(&"{a: ".repeat(100_000)), deep);
    assert_eq!(first(&"- ".repeat(100_000)), deep);
    let mut indented = String::new();
    for i in 0..200 {
        let _ = writeln!(indented, "{}a:", " ".repeat(i));
    }
    assert_eq!(first(&indented), deep);
    assert!(faults(&vec![b'a'; 65 << 20])[0].starts_with("File too large"));
    assert!(
        first(&format!("stack: s\nlocals:\n  a: {}\n", "x".repeat(5 << 20))).starts_with("Text too long")
    );
}

#[test]
fn aliases_are_counted_where_they_are_used() {
    let mut bomb = "stack: s\nlocals:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        let _ = writeln!(bomb, "  a{i}: &a{i} [{}]", vec![format!("*a{}", i - 1); 10].join(", "));
    }
    assert_eq!(
        first(&bomb),
        "YAML aliases expand to too much: aliases make this value more than a million values large"
    );
    let mut chain = "stack: s\nlocals:\n  a0: &a0 [x]\n".to_owned();
    for i in 1..2000 {
        let _ = writeln!(chain, "  a{i}: &a{i} [*a{}]", i - 1);
    }
    assert!(first(&chain).starts_with("YAML aliases expand to too much"), "{}", first(&chain));
}

#[test]
fn expressions_have_a_budget() {
    let nested =
        |form: &str, n: usize| first(&format!("stack: s\nlocals:\n  a: '${{{}}}'\n", form.repeat(n)));
    assert!(nested("[", 10_000).starts_with("Invalid expression"), "{}", nested("[", 10_000));
    assert!(nested("(", 60_000).starts_with("Invalid expression"));
    assert!(nested("1+", 30_000).starts_with("Invalid expression"));
    assert!(nested("!", 60_000).starts_with("Invalid expression"));
    assert!(
        nested("a.", 40_000).starts_with("Expression too long")
            || nested("a.", 30_000).starts_with("Invalid")
    );
    let doubling = |form: &str, seed: &str| {
        let mut text = format!("stack: s\nlocals:\n  a0: {seed}\n");
        for i in 1..80 {
            let _ = writeln!(text, "  a{i}: '{}'", form.replace('@', &format!("local.a{}", i - 1)));
        }
        first(&text)
    };
    for fault in [
        doubling("${@}${@}", "xx"),
        doubling("${[@, @]}", "xx"),
        doubling("${concat(@, @)}", "[x]"),
        doubling("${join(\"\", [@, @])}", "x"),
        doubling("${replace(@, \"x\", \"xxxxxxxx\")}", "x"),
        doubling("${{ l = @, r = @ }}", "x"),
    ] {
        assert!(fault.starts_with("Expression too expensive"), "{fault}");
    }
    let one = |expression: &str| first(&format!("stack: s\nlocals:\n  a: '${{{expression}}}'\n"));
    for expression in [
        "[for a in range(10000) : [for b in range(10000) : a]]",
        "length([for a in range(100000) : [for b in range(1000) : b]])",
        "flatten([for a in range(2000) : range(2000)])",
        "format(\"%1024s%1024s\", 1, 2) == join(\"\", [for i in range(90000) : format(\"%1024s\", i)])",
    ] {
        assert!(one(expression).starts_with("Expression too expensive"), "{expression}: {}", one(expression));
    }
    let mut long = "stack: s\nlocals:\n  a0: x\n".to_owned();
    for i in 1..5000 {
        let _ = writeln!(long, "  a{i}: '${{[local.a{}]}}'", i - 1);
    }
    assert!(first(&long).starts_with("Value nested too deep"), "{}", first(&long));
}

#[test]
fn deep_values_from_texts_are_refused() {
    let one = |expression: &str| {
        first(&format!(
            "stack: s\nlocals:\n  t: '${{join(\"\", [for i in range(5000) : \"[\"])}}'\n  a: '${{{expression}}}'\n"
        ))
    };
    assert!(one("jsondecode(local.t)").contains("is not JSON"), "{}", one("jsondecode(local.t)"));
    assert!(one("yamldecode(local.t)").contains("is not YAML"), "{}", one("yamldecode(local.t)"));
    assert!(one("regex(\"(((a{100}){100}){100}){100}\", \"a\")").contains("the pattern is invalid"));
}

#[test]
fn many_faults_are_all_told() {
    let mut text = "stack: s\nlocals:\n".to_owned();
    for i in 0..2000 {
        let _ = writeln!(text, "  a{i}: '${{var.nobody}}'");
    }
    assert_eq!(faults(text.as_bytes()).len(), 2000);
}

#[test]
fn no_text_makes_the_reader_panic() {
    use crate::config::testing::SAMPLE;
    use crate::config::texts;
    use crate::diagnostic::Renderer;
    let rounds: u64 = option_env!("LANDBRIDGE_ROUNDS").and_then(|n| n.parse().ok()).unwrap_or(300);
    let pieces = [
        "${",
        "}",
        "\"",
        "'",
        "[",
        "]",
        "{ ",
        ": ",
        "\n",
        "\t",
        "é",
        "\u{1f600}",
        "%{",
        "~",
        "*a",
        "&a ",
        "- ",
        "|\n",
        ">-\n ",
        "\r\n",
        "\\u00e9",
        "$${",
        "[*]",
        ".",
        "...",
        "for x in ",
        " : ",
        " => ",
        "null",
        "each.key",
        "\u{feff}",
        "#",
        "\\",
        "0",
        "!!str ",
        "?",
    ];
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    for _ in 0..rounds {
        let mut text: Vec<char> = SAMPLE.chars().collect();
        for _ in 0..=random(4) {
            let at = random(text.len());
            match random(3) {
                0 => drop(text.splice(at..at, pieces[random(pieces.len())].chars())),
                1 => drop(text.splice(at..(at + random(6)).min(text.len()), [])),
                _ => drop(text.splice(at..(at + 1).min(text.len()), pieces[random(pieces.len())].chars())),
            }
        }
        let text: String = text.into_iter().collect();
        let sources = Sources::file("a.yaml", &text);
        if let Err(faults) = parse(&sources, &catalog()) {
            assert!(!faults.is_empty(), "{text}");
            let told = Renderer::new(&texts(&sources), true).many(&faults);
            assert!(told.len() > 20, "{text}");
        }
    }
}

#[test]
fn a_configuration_may_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<crate::config::Configuration>();
    shared::<crate::config::Each>();
}
