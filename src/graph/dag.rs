//! A graph of things that wait for each other, with a stable order.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

/// Nodes and what each waits for. An edge carries why.
#[derive(Clone, Debug)]
pub struct Dag<N, W> {
    graph: DiGraph<N, W>,
    index: BTreeMap<N, NodeIndex>,
}

/// A loop: each node waits for the next one for the given reason, the last for the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop<N, W>(pub Vec<(N, W)>);

impl<N: Ord + Clone, W: Clone> Dag<N, W> {
    /// A graph of these nodes without edges. The order of nodes without order between them is the
    /// order of `N`.
    pub fn new(nodes: impl IntoIterator<Item = N>) -> Dag<N, W> {
        let nodes: BTreeSet<N> = nodes.into_iter().collect();
        let mut graph = DiGraph::with_capacity(nodes.len(), nodes.len());
        // toposort takes the last added of several free nodes first, so add them backwards.
        let index = nodes.into_iter().rev().map(|n| (n.clone(), graph.add_node(n))).collect();
        Dag { graph, index }
    }

    /// Whether the node is in the graph.
    pub fn contains(&self, node: &N) -> bool {
        self.index.contains_key(node)
    }

    /// `waiting` waits for `first`. Nodes that are not in the graph are passed over; a second edge
    /// between the same two keeps the first reason.
    pub fn wait(&mut self, waiting: &N, first: &N, why: W) {
        self.wait_for_all(waiting, [(first, why)]);
    }

    /// `waiting` waits for each of these, likewise.
    pub fn wait_for_all<'n>(&mut self, waiting: &N, firsts: impl IntoIterator<Item = (&'n N, W)>)
    where
        N: 'n,
    {
        let Some(&to) = self.index.get(waiting) else { return };
        for (first, why) in firsts {
            if let Some(&from) = self.index.get(first)
                && !self.is_edge(from, to)
            {
                self.graph.add_edge(from, to, why);
            }
        }
    }

    /// Looks from both ends, so that it costs the smaller number of edges: one service may have a
    /// hundred thousand endpoints.
    fn is_edge(&self, from: NodeIndex, to: NodeIndex) -> bool {
        let after = self.graph.neighbors_directed(from, Direction::Outgoing);
        let before = self.graph.neighbors_directed(to, Direction::Incoming);
        after.zip(before).any(|(next, last)| next == to || last == from)
    }

    /// All nodes, each after what it waits for.
    ///
    /// # Errors
    /// One whole loop, where there is any.
    pub fn order(&self) -> Result<Vec<N>, Loop<N, W>> {
        match petgraph::algo::toposort(&self.graph, None) {
            Ok(order) => Ok(order.into_iter().map(|i| self.graph[i].clone()).collect()),
            Err(_) => Err(super::cycle::find(&self.graph)),
        }
    }

    /// That no node waits for itself.
    ///
    /// # Errors
    /// One whole loop, where there is any.
    pub fn check(&self) -> Result<(), Loop<N, W>> {
        match petgraph::algo::toposort(&self.graph, None) {
            Ok(_) => Ok(()),
            Err(_) => Err(super::cycle::find(&self.graph)),
        }
    }

    /// What the node waits for directly, in no order.
    pub fn firsts(&self, node: &N) -> impl Iterator<Item = &N> {
        let index = self.index.get(node);
        let firsts = index.map(|&at| self.graph.neighbors_directed(at, Direction::Incoming));
        firsts.into_iter().flatten().map(|at| &self.graph[at])
    }

    /// What the node waits for directly, in order.
    pub fn needs(&self, node: &N) -> BTreeSet<&N> {
        self.neighbours(node, Direction::Incoming)
    }

    /// What waits for the node directly, in order.
    pub fn needed_by(&self, node: &N) -> BTreeSet<&N> {
        self.neighbours(node, Direction::Outgoing)
    }

    fn neighbours(&self, node: &N, direction: Direction) -> BTreeSet<&N> {
        let Some(&index) = self.index.get(node) else { return BTreeSet::new() };
        self.graph.neighbors_directed(index, direction).map(|i| &self.graph[i]).collect()
    }

    /// These nodes and everything they wait for, at any distance.
    pub fn closure_of_needs(&self, nodes: impl IntoIterator<Item = N>) -> BTreeSet<N> {
        self.closure(nodes, Direction::Incoming)
    }

    /// These nodes and everything that waits for them, at any distance.
    pub fn closure_of_dependents(&self, nodes: impl IntoIterator<Item = N>) -> BTreeSet<N> {
        self.closure(nodes, Direction::Outgoing)
    }

    fn closure(&self, nodes: impl IntoIterator<Item = N>, direction: Direction) -> BTreeSet<N> {
        let mut found = BTreeSet::new();
        let mut open: Vec<NodeIndex> =
            nodes.into_iter().filter_map(|n| self.index.get(&n).copied()).collect();
        while let Some(at) = open.pop() {
            if found.insert(self.graph[at].clone()) {
                open.extend(self.graph.neighbors_directed(at, direction));
            }
        }
        found
    }

    /// All edges: who waits, for whom, why.
    pub fn edges(&self) -> impl Iterator<Item = (&N, &N, &W)> {
        self.graph.edge_indices().map(|e| {
            let (from, to) = self.graph.edge_endpoints(e).unwrap_or_default();
            (&self.graph[to], &self.graph[from], &self.graph[e])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dag(edges: &[(&'static str, &'static str)]) -> Dag<&'static str, ()> {
        let mut dag = Dag::new(edges.iter().flat_map(|(a, b)| [*a, *b]));
        for (waiting, first) in edges {
            dag.wait(waiting, first, ());
        }
        dag
    }

    #[test]
    fn the_order_respects_every_edge_and_is_stable() {
        let dag =
            dag(&[("accept", "endpoint"), ("endpoint", "whitelist"), ("whitelist", "service"), ("b", "a")]);
        let order = dag.order().unwrap();
        let at = |n| order.iter().position(|x| *x == n).unwrap();
        for (waiting, first, ()) in dag.edges() {
            assert!(at(*first) < at(*waiting), "{first} before {waiting} in {order:?}");
        }
        assert_eq!(order, dag.clone().order().unwrap());
    }

    #[test]
    fn a_second_edge_between_two_keeps_the_first_reason() {
        let mut dag: Dag<u32, &str> = Dag::new(0..4);
        dag.wait(&1, &0, "first");
        dag.wait(&2, &0, "other");
        dag.wait(&3, &1, "other");
        dag.wait(&3, &2, "other");
        dag.wait_for_all(&1, [(&0, "second"), (&9, "not there")]);
        let between: Vec<_> = dag.edges().filter(|(waiting, ..)| **waiting == 1).collect();
        assert_eq!(between, [(&1, &0, &"first")]);
    }

    #[test]
    fn closures_follow_all_distances() {
        let dag = dag(&[("c", "b"), ("b", "a"), ("x", "a")]);
        assert_eq!(dag.closure_of_needs(["c"]), BTreeSet::from(["a", "b", "c"]));
        assert_eq!(dag.closure_of_dependents(["b"]), BTreeSet::from(["b", "c"]));
    }

    #[test]
    fn a_loop_is_shown_whole() {
        let Loop(found) =
            dag(&[("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("a", "e")]).order().unwrap_err();
        let names: Vec<_> = found.iter().map(|(n, ())| *n).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_neither_overflows_nor_loops() {
        let mut dag = Dag::new(0..100_000);
        for i in 1..100_000 {
            dag.wait(&i, &(i - 1), ());
        }
        assert_eq!(dag.order().unwrap(), (0..100_000).collect::<Vec<_>>());
        dag.wait(&0, &99_999, ());
        assert_eq!(dag.order().unwrap_err().0.len(), 100_000);
    }
}
