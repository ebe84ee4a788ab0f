//! A part of the page that is drawn again only when what it shows has changed.
//!
//! All parts are one component, so that its lifecycle is compiled once; each costs its drawing and its comparison.

use crate::ui::markup::{Say, Tag};
use std::any::Any;
use std::rc::Rc;
use yew::virtual_dom::{Key, VChild, VComp};
use yew::{Component, Context, Html, Properties};

/// What a part shows.
pub(crate) trait Draw: PartialEq + 'static {
    /// Draws it.
    fn draw(&self, say: &Say) -> Tag;
}

/// A part without siblings to be told from.
pub(crate) fn part(shown: impl Draw, say: &Say) -> Html {
    placed(Rc::new(shown), say, None)
}

/// A part of a list.
pub(crate) fn keyed_part(key: impl Into<Key>, shown: impl Draw, say: &Say) -> Html {
    placed(Rc::new(shown), say, Some(key.into()))
}

fn placed(shown: Rc<dyn Shown>, say: &Say, key: Option<Key>) -> Html {
    VComp::from(VChild::<Part>::new(PartProps { shown, say: say.clone() }, key)).into()
}

/// Any [`Draw`], compared with any other.
trait Shown {
    fn draw(&self, say: &Say) -> Tag;
    fn is_same(&self, other: &dyn Shown) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<T: Draw> Shown for T {
    fn draw(&self, say: &Say) -> Tag {
        Draw::draw(self, say)
    }

    fn is_same(&self, other: &dyn Shown) -> bool {
        other.as_any().downcast_ref::<T>().is_some_and(|other| self == other)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct Part;

#[derive(Properties)]
struct PartProps {
    shown: Rc<dyn Shown>,
    say: Say,
}

impl PartialEq for PartProps {
    fn eq(&self, other: &Self) -> bool {
        self.say == other.say && self.shown.is_same(&*other.shown)
    }
}

impl Component for Part {
    type Message = ();
    type Properties = PartProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let PartProps { shown, say } = ctx.props();
        shown.draw(say).into()
    }
}
