//! The space-time diagram of the page: a window of the run, lane by lane, and what an event could have to do with
//! another. Only what is in the window is looked at. `view::diagram` writes whole runs to files.

mod brush;
mod cone;
mod frame;
mod index;
mod known;
mod lane;
mod marks;
mod outline;
mod picture;
mod plot;
mod proof;
mod stretch;
mod target;
mod traffic;

pub use cone::{Cone, Hop, Order, Relation, Way};
pub use frame::Frame;
pub use index::{Index, Lasting, Spot};
pub use known::{Identity, Known, Moment, Sign, Task, Trip};
pub use lane::{Lane, Lanes, Process};
pub use outline::outline_at;
pub use picture::{Emphasis, Label, Letters, Picture, Stroke, picture};
pub use plot::{Plot, Sight};
pub use proof::Chain;
pub use stretch::{State, Stretch, Stretches};
pub use target::{Parts, Target, Toward, height_of, nearest, neighbour};
