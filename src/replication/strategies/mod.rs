//! One strategy, one file, one line in [`ALL`](crate::simulation::registry::ALL).

