//! A modal dialog, and which one is open. The browser keeps the focus inside, Escape closes.

use super::ask::ask;
use super::branches::{Branches, branches};
use super::handle::handle;
use super::help::help;
use super::icon::{Shape, icon};
use super::picker::picker;
use super::share::{Share, share};
use crate::ui::IS_WHOLE;
use crate::ui::app::Asked;
use crate::ui::kept::Kept;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Msg, ShowMsg};
use crate::view::handles::Held;
use crate::view::picker::Group;
use yew::AttrValue;

/// The open dialog, if any.
pub(crate) enum Open {
    /// None.
    Nothing,
    /// Link and recipe.
    Share(Share),
    /// Keys and rules.
    Help,
    /// The scenarios to choose from, and the one that is played.
    Scenarios(Vec<Group>, Option<&'static str>),
    /// A conflict to decide.
    Ask(Asked),
    /// The tree of branches.
    Branches(Kept<Branches>),
    /// What can happen to a thing on the stage.
    Handle(Kept<Held>),
    /// The course.
    #[cfg(feature = "catalogue")]
    Course(super::course::CourseShown),
    /// The glossary, and what it is searched for.
    #[cfg(feature = "catalogue")]
    Glossary(String),
}

/// At most one dialog.
pub(crate) fn dialogs(open: &Open, say: &Say) -> Tag {
    let (key, dialog) = match open {
        Open::Nothing => ("none", None),
        Open::Share(shown) => ("share", Some(share(shown, say))),
        Open::Help => ("help", Some(help(say))),
        Open::Scenarios(groups, chosen) => ("scenarios", Some(picker(groups, *chosen, say))),
        Open::Ask(asked) => ("ask", Some(ask(asked, say))),
        Open::Branches(shown) if IS_WHOLE => ("branches", shown.get().map(|shown| branches(shown, say))),
        Open::Handle(held) if IS_WHOLE => ("handle", held.get().map(|held| handle(held, say))),
        #[cfg(feature = "catalogue")]
        Open::Course(shown) => ("course", Some(super::course::course(shown, say))),
        #[cfg(feature = "catalogue")]
        Open::Glossary(search) => ("glossary", Some(super::glossary::glossary(search, say))),
        Open::Branches(_) | Open::Handle(_) => ("none", None),
    };
    tag("div").class("dialogs").child(tag("div").key(key).maybe(dialog))
}

/// A dialog around `body`; open as long as it is on the page.
pub(crate) fn dialog(title: impl Into<AttrValue>, testid: &'static str, body: Tag, say: &Say) -> Tag {
    let close = Msg::Show(ShowMsg::CloseDialog);
    let on_cancel = {
        let close = close.clone();
        move |event: &web_sys::Event| {
            event.prevent_default();
            Some(close.clone())
        }
    };
    let cross = button("button button-icon").set("aria-label", "Close").on_click(say, close).testid("dialog-close");
    let head =
        tag("header").class("dialog-head").child(tag("h2").set("id", "dialog-title").text(title)).child(cross.child(icon(Shape::Close)));
    let dialog = tag("dialog").class("dialog").on(On::Cancel, say, on_cancel).set("aria-labelledby", "dialog-title");
    dialog.testid(testid).child(head).child(body.class("dialog-body"))
}
