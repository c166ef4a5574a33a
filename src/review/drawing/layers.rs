//! Layers: each box to the right of all that it waits for, crossings few.

use std::collections::{BTreeMap, BTreeSet};

use super::Edge;

/// Beyond this many steps of search, edges that others imply are drawn too.
const REDUCTION_WORK: usize = 40_000_000;
/// So often each layer is sorted by its neighbours.
const SWEEPS: usize = 8;

/// One place in a layer: a box, or a point that a long edge passes.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// The box; none for a point.
    pub(super) node: Option<usize>,
    /// The slots of the layer before that it is joined to, and those of the layer after.
    pub(super) before: Vec<usize>,
    /// See `before`.
    pub(super) after: Vec<usize>,
}

/// Boxes in layers.
#[derive(Debug, Default)]
pub(super) struct Layers {
    /// How many boxes there are.
    pub(super) count: usize,
    /// All slots.
    pub(super) slots: Vec<Slot>,
    /// The slots of each layer, from top to bottom, for each part that hangs together.
    pub(super) parts: Vec<Vec<Vec<usize>>>,
    /// The slots that each drawn edge passes, from the first box to the waiting one.
    pub(super) edges: Vec<Vec<usize>>,
}

/// Puts boxes in layers.
pub(super) fn layers(count: usize, edges: &[Edge]) -> Layers {
    let edges: BTreeSet<Edge> =
        edges.iter().copied().filter(|(a, b)| a != b && *a < count && *b < count).collect();
    let order = order(count, &edges);
    let mut rank = vec![0; count];
    for (at, node) in order.iter().enumerate() {
        rank[*node] = at;
    }
    // What closes a loop is left out.
    let edges: BTreeSet<Edge> = edges.into_iter().filter(|(a, b)| rank[*a] < rank[*b]).collect();
    let edges = reduced(count, &rank, edges);

    let mut layer = vec![0usize; count];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (first, waiting) in &edges {
        after[*first].push(*waiting);
    }
    for node in &order {
        for waiting in &after[*node] {
            layer[*waiting] = layer[*waiting].max(layer[*node] + 1);
        }
    }
    let mut layers = Layers { count, ..Layers::default() };
    layers.slots = (0..count).map(|node| Slot { node: Some(node), before: vec![], after: vec![] }).collect();
    let mut slot_layer = layer.clone();
    for (first, waiting) in &edges {
        let mut path = vec![*first];
        for between in layer[*first] + 1..layer[*waiting] {
            layers.slots.push(Slot { node: None, before: vec![], after: vec![] });
            slot_layer.push(between);
            path.push(layers.slots.len() - 1);
        }
        path.push(*waiting);
        for pair in path.windows(2) {
            layers.slots[pair[0]].after.push(pair[1]);
            layers.slots[pair[1]].before.push(pair[0]);
        }
        layers.edges.push(path);
    }
    layers.parts = parts(&layers.slots, &slot_layer);
    for part in &mut layers.parts {
        sort(part, &layers.slots);
    }
    layers
}

/// The boxes in an order that respects the edges; those of a loop come last.
fn order(count: usize, edges: &BTreeSet<Edge>) -> Vec<usize> {
    let mut waits = vec![0usize; count];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (first, waiting) in edges {
        waits[*waiting] += 1;
        after[*first].push(*waiting);
    }
    let mut ready: BTreeSet<usize> = (0..count).filter(|node| waits[*node] == 0).collect();
    let mut left: BTreeSet<usize> = (0..count).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(node) = ready.pop_first().or_else(|| left.first().copied()) {
        if !left.remove(&node) {
            continue;
        }
        order.push(node);
        for waiting in &after[node] {
            waits[*waiting] = waits[*waiting].saturating_sub(1);
            if waits[*waiting] == 0 && left.contains(waiting) {
                ready.insert(*waiting);
            }
        }
    }
    order
}

/// The edges that no longer way implies.
fn reduced(count: usize, rank: &[usize], edges: BTreeSet<Edge>) -> Vec<Edge> {
    if count.saturating_mul(edges.len()) > REDUCTION_WORK {
        return edges.into_iter().collect();
    }
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (first, waiting) in &edges {
        after[*first].push(*waiting);
    }
    let mut kept = Vec::new();
    let mut seen = vec![usize::MAX; count];
    for first in 0..count {
        let furthest = after[first].iter().map(|waiting| rank[*waiting]).max().unwrap_or(0);
        // Everything that is reached in two hops or more.
        let mut open: Vec<usize> =
            after[first].iter().flat_map(|next| after[*next].iter().copied()).collect();
        while let Some(node) = open.pop() {
            if rank[node] <= furthest && seen[node] != first {
                seen[node] = first;
                open.extend(after[node].iter().copied());
            }
        }
        kept.extend(
            after[first].iter().filter(|waiting| seen[**waiting] != first).map(|waiting| (first, *waiting)),
        );
    }
    kept
}

/// The parts that hang together, each in its layers; a part stands where its first box does.
fn parts(slots: &[Slot], layer: &[usize]) -> Vec<Vec<Vec<usize>>> {
    let mut part_of = vec![usize::MAX; slots.len()];
    let mut parts: Vec<BTreeMap<usize, Vec<usize>>> = Vec::new();
    for start in 0..slots.len() {
        if part_of[start] != usize::MAX {
            continue;
        }
        let number = parts.len();
        let mut found = BTreeMap::<usize, Vec<usize>>::new();
        let mut open = vec![start];
        part_of[start] = number;
        let mut members = Vec::new();
        while let Some(slot) = open.pop() {
            members.push(slot);
            for next in slots[slot].before.iter().chain(&slots[slot].after) {
                if part_of[*next] == usize::MAX {
                    part_of[*next] = number;
                    open.push(*next);
                }
            }
        }
        members.sort_unstable();
        for slot in members {
            found.entry(layer[slot]).or_default().push(slot);
        }
        parts.push(found);
    }
    parts.into_iter().map(|layers| layers.into_values().collect()).collect()
}

/// Sorts each layer by the middle of its neighbours, to and fro.
fn sort(part: &mut [Vec<usize>], slots: &[Slot]) {
    let mut at = BTreeMap::new();
    let note = |layer: &[usize], at: &mut BTreeMap<usize, usize>| {
        for (i, slot) in layer.iter().enumerate() {
            at.insert(*slot, i);
        }
    };
    part.iter().for_each(|layer| note(layer, &mut at));
    for sweep in 0..SWEEPS {
        let forth = sweep % 2 == 0;
        for i in 0..part.len() {
            let i = if forth { i } else { part.len() - 1 - i };
            let mut keyed: Vec<(f64, usize, usize)> = part[i]
                .iter()
                .enumerate()
                .map(|(now, slot)| {
                    let near = if forth { &slots[*slot].before } else { &slots[*slot].after };
                    let sum: usize = near.iter().filter_map(|n| at.get(n)).sum();
                    let middle = if near.is_empty() { now as f64 } else { sum as f64 / near.len() as f64 };
                    (middle, now, *slot)
                })
                .collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            part[i] = keyed.into_iter().map(|(_, _, slot)| slot).collect();
            note(&part[i], &mut at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn implied_edges_are_not_drawn_and_long_ones_pass_points() {
        let layers = layers(4, &[(0, 1), (1, 2), (0, 2), (2, 3), (0, 3)]);
        let drawn: Vec<Vec<usize>> = layers.edges.clone();
        assert_eq!(drawn, [vec![0, 1], vec![1, 2], vec![2, 3]]);
        assert_eq!(layers.parts.len(), 1);
        let layers = super::layers(4, &[(0, 1), (1, 2), (3, 2)]);
        assert_eq!(
            layers.parts[0].iter().map(Vec::len).collect::<Vec<_>>(),
            [2, 2, 1],
            "0 and 3, 1 and a point, 2"
        );
    }

    #[test]
    fn a_loop_is_drawn_without_what_closes_it() {
        let layers = layers(3, &[(0, 1), (1, 2), (2, 0), (1, 1), (0, 9)]);
        assert_eq!(layers.edges.len(), 2);
        assert_eq!(layers.parts[0].len(), 3);
    }

    #[test]
    fn a_long_chain_neither_overflows_nor_loops() {
        let edges: Vec<Edge> = (1..20_000).map(|i| (i - 1, i)).collect();
        assert_eq!(layers(20_000, &edges).parts[0].len(), 20_000);
    }
}
