//! Hand-made runs, each of which breaks one thing.
