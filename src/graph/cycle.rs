//! Finding one whole loop to show, in a graph that is known to have one.

use std::collections::BTreeMap;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::Loop;

/// The loop with the least node, told from that node on.
///
/// # Panics
/// If the graph has no loop.
pub(super) fn find<N: Ord + Clone, W: Clone>(graph: &DiGraph<N, W>) -> Loop<N, W> {
    // Kosaraju's algorithm is iterative in petgraph; Tarjan's overflows the stack on long chains.
    let components = petgraph::algo::kosaraju_scc(graph);
    let looping = |c: &Vec<NodeIndex>| c.len() > 1 || graph.find_edge(c[0], c[0]).is_some();
    let component = components
        .into_iter()
        .filter(looping)
        .min_by_key(|c| c.iter().map(|i| graph[*i].clone()).min())
        .unwrap_or_else(|| panic!("no loop in a graph without order: please report"));
    let inside: std::collections::BTreeSet<NodeIndex> = component.iter().copied().collect();
    let start = component.iter().copied().min_by_key(|i| graph[*i].clone()).unwrap_or_default();

    // The shortest way from the start back to itself, along "waits for" edges inside the component.
    let mut came_from: BTreeMap<NodeIndex, (NodeIndex, W)> = BTreeMap::new();
    let mut open = std::collections::VecDeque::from([start]);
    'search: while let Some(at) = open.pop_front() {
        let mut edges: Vec<_> = graph.edges_directed(at, Direction::Incoming).collect();
        edges.sort_by_key(|e| graph[e.source()].clone());
        for edge in edges {
            let next = edge.source();
            if inside.contains(&next) && !came_from.contains_key(&next) {
                came_from.insert(next, (at, edge.weight().clone()));
                if next == start {
                    break 'search;
                }
                open.push_back(next);
            }
        }
    }
    let mut hops = Vec::new();
    let mut at = start;
    while let Some((previous, why)) = came_from.get(&at) {
        hops.push((graph[*previous].clone(), why.clone()));
        at = *previous;
        if at == start {
            break;
        }
    }
    hops.reverse();
    Loop(hops)
}
