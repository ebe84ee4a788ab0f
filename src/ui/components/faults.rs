//! The faults tab: break nodes, clocks, links and whole sites, and heal them.

use super::link_fault::LinkFaultRow;
use super::node_fault::NodeFaultRow;
use crate::simulation::command::{Command, LinkCommand};
use crate::ui::message::Msg;
use crate::ui::screen::Breakable;
use crate::view::faults::SiteFault;
use std::rc::Rc;
use yew::prelude::*;

pub(crate) struct FaultsTabProps {
    pub(crate) breakable: Rc<Breakable>,
    pub(crate) dispatch: Callback<Msg>,
}

/// The tab.
pub(crate) fn faults_tab(props: &FaultsTabProps) -> Html {
    let FaultsTabProps { breakable, dispatch } = props;
    let heal_all = dispatch.reform(|_| Msg::Command(Command::Link(LinkCommand::HealAll)));
    html! {
        <div class="tab-body">
            <section class="block">
                <div class="block-head">
                    <h2>{ "Sites" }</h2>
                    <button type="button" class="button button-small" onclick={heal_all} data-testid="heal-all">{ "Heal all links" }</button>
                </div>
                <ul class="faults">{ for breakable.sites.iter().map(|site| self::site(site, dispatch)) }</ul>
            </section>
            <section class="block">
                <h2>{ "Links" }</h2>
                <ul class="faults">
                    { for breakable.links.iter().map(|link| html! {
                        <LinkFaultRow key={link.name.clone()} link={Rc::new(link.clone())} dispatch={dispatch.clone()} />
                    }) }
                </ul>
            </section>
            <section class="block">
                <h2>{ "Nodes" }</h2>
                <ul class="faults">
                    { for breakable.nodes.iter().map(|node| html! {
                        <NodeFaultRow key={node.node.0} node={Rc::new(node.clone())} dispatch={dispatch.clone()} />
                    }) }
                </ul>
            </section>
        </div>
    }
}

fn site(site: &SiteFault, dispatch: &Callback<Msg>) -> Html {
    let id = site.site;
    let (label, command) =
        if site.is_cut_off { ("Take online", LinkCommand::Reconnect(id)) } else { ("Take offline", LinkCommand::Disconnect(id)) };
    let on_click = dispatch.reform(move |_| Msg::Command(Command::Link(command.clone())));
    html! {
        <li key={id.0} class="fault fault-site">
            <h3>{ site.name.clone() }<span class="fault-state">{ if site.is_cut_off { "offline" } else { "" } }</span></h3>
            <button type="button" class="button button-small" onclick={on_click} aria-label={format!("{label}: {}", site.name)}
                data-testid={format!("site-{}", id.0)}>{ label }</button>
        </li>
    }
}
