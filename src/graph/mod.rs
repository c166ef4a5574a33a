//! Order, cycles, who depends on whom, orphans included. The only user of petgraph.
