//! What depends on what, as Graphviz or Mermaid text, or drawn.

use std::collections::{BTreeMap, BTreeSet};

use super::drawing::{Box, Edge, Shape, layout, standalone};
use super::show::clean;

/// Names, each with what it waits for.
pub type Graph = BTreeMap<String, BTreeSet<String>>;

/// Graphviz: arrows run from what waits to what it waits for.
pub fn dot(graph: &Graph) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    let mut out = String::from("digraph landbridge {\n  rankdir = \"RL\";\n  node [shape = \"box\"];\n");
    for name in graph.keys() {
        out.push_str(&format!("  {};\n", quoted(name)));
    }
    for (name, needs) in graph {
        for need in needs {
            out.push_str(&format!("  {} -> {};\n", quoted(name), quoted(need)));
        }
    }
    out.push_str("}\n");
    out
}

/// Mermaid: arrows run the way of doing, from what is first to what waits for it.
pub fn mermaid(graph: &Graph) -> String {
    let ids: BTreeMap<&str, usize> = graph.keys().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
    let mut out = String::from("flowchart LR\n");
    for (name, id) in &ids {
        out.push_str(&format!("  n{id}[\"{}\"]\n", name.replace('"', "#quot;")));
    }
    for (name, needs) in graph {
        for need in needs.iter().filter_map(|need| ids.get(need.as_str())) {
            out.push_str(&format!("  n{need} --> n{}\n", ids[name.as_str()]));
        }
    }
    out
}

/// A picture: from left to right in the order of doing.
pub fn svg(graph: &Graph) -> String {
    let numbers: BTreeMap<&str, usize> =
        graph.keys().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
    let boxes: Vec<Box> = graph
        .iter()
        .enumerate()
        .map(|(number, (name, needs))| {
            let (kind, title) = name.split_once('.').unwrap_or(("", name));
            Box {
                id: format!("n{number}"),
                href: String::new(),
                shape: Shape::Same,
                sign: String::new(),
                title: clean(title),
                under: clean(kind),
                label: clean(&format!("{name}, waits for {}", needs.len())),
                many: false,
            }
        })
        .collect();
    let edges: Vec<Edge> = graph
        .iter()
        .flat_map(|(name, needs)| {
            let numbers = &numbers;
            needs.iter().filter_map(move |need| Some((*numbers.get(need.as_str())?, numbers[name.as_str()])))
        })
        .collect();
    standalone(&boxes, &layout(boxes.len(), &edges), "What waits for what")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_name_every_edge() {
        let needs = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let graph = Graph::from([("a.x".to_owned(), needs(&[])), ("b.y[\"k\"]".to_owned(), needs(&["a.x"]))]);
        assert!(dot(&graph).contains("  \"b.y[\\\"k\\\"]\" -> \"a.x\";\n"), "{}", dot(&graph));
        assert_eq!(
            mermaid(&graph),
            "flowchart LR\n  n0[\"a.x\"]\n  n1[\"b.y[#quot;k#quot;]\"]\n  n0 --> n1\n"
        );
    }
}
