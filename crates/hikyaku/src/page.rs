//! Paged lists.

use std::{
    fmt,
    future::{IntoFuture, poll_fn},
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
    vec,
};

use futures_core::{Stream, future::BoxFuture};
use hikyaku_model::{InvalidId, limits::Steps};
use serde::de::DeserializeOwned;

use crate::{
    Answer, Client, Error,
    client::{check, id},
    route::Route,
};

/// Returns why a text is no id of a kind.
type IdCheck = fn(&str) -> Result<(), InvalidId>;

/// A page of a list.
pub trait Page: DeserializeOwned + Send + 'static {
    /// The type of the list's items.
    type Item: Send + Unpin;

    /// The query parameter that selects the page.
    const START: &'static str = "start";

    /// Returns the value of that parameter for the next page, if there is one.
    fn next_start(&self) -> Option<String>;

    /// Returns the items of this page.
    fn into_items(self) -> Vec<Self::Item>;
}

/// A paged list: await it for one page, or get all items with [`stream`](Self::stream).
///
/// ```no_run
/// # async fn example(client: hikyaku::Client) -> Result<(), hikyaku::Error> {
/// let page = client.followers().limit(1000).await?;
/// println!("{} ids, and then from {:?}", page.user_ids.len(), page.next);
///
/// let mut followers = client.followers().stream();
/// while let Some(user) = followers.next().await {
///     println!("{}", user?);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a request does nothing until it is awaited"]
pub struct Paged<'a, P> {
    client: &'a Client,
    route: &'static Route,
    values: Vec<String>,
    query: Vec<(&'static str, String)>,
    numbers: Vec<(&'static str, u32, Steps)>,
    id: Option<(&'static str, IdCheck)>,
    start: Option<String>,
    page: PhantomData<fn() -> P>,
}

impl<'a, P: Page> Paged<'a, P> {
    pub(crate) fn new(client: &'a Client, route: &'static Route, values: &[&str]) -> Self {
        let values = values.iter().map(|&value| value.to_owned()).collect();
        let (query, numbers) = (Vec::new(), Vec::new());
        let (id, start) = (None, None);
        Self { client, route, values, query, numbers, id, start, page: PhantomData }
    }

    /// Checks the value in the path before a page is fetched.
    pub(crate) fn id(mut self, name: &'static str, check: IdCheck) -> Self {
        self.id = Some((name, check));
        self
    }

    /// Sets a query parameter for every page.
    pub(crate) fn query(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name, value.to_owned()));
        self
    }

    /// Sets a query parameter that is a number for every page, in place of the one that was set before. It is checked
    /// before a page is fetched.
    pub(crate) fn number(mut self, name: &'static str, number: u32, rule: Steps) -> Self {
        self.numbers.retain(|(set, ..)| *set != name);
        self.numbers.push((name, number, rule));
        self
    }

    /// Starts at the page that another page named as the next. LINE forgets these tokens after 24 hours.
    pub fn start(mut self, start: impl Into<String>) -> Self {
        self.start = Some(start.into());
        self
    }

    /// Returns all items from here on, page after page. A page is fetched when its first item is needed.
    pub fn stream(self) -> Items<'a, P> {
        Items { pages: self, ready: Vec::new().into_iter(), fetching: None, ended: false }
    }

    async fn fetch(self) -> Result<Answer<P>, Error> {
        check(|checker| {
            for (name, number, rule) in &self.numbers {
                checker.steps(name, *number, *rule);
            }
        })?;
        let values: Vec<&str> = self.values.iter().map(String::as_str).collect();
        if let (Some((name, check)), Some(value)) = (self.id, values.first()) {
            id(name, value, check)?;
        }
        let mut request = self.client.request(self.route, &values)?;
        for (name, value) in &self.query {
            request = request.query(name, value);
        }
        for (name, number, _) in &self.numbers {
            request = request.query(name, &number.to_string());
        }
        request.query_if(P::START, self.start).read().await
    }
}

impl<'a, P: Page> IntoFuture for Paged<'a, P> {
    type Output = Result<Answer<P>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.fetch())
    }
}

impl<P> Clone for Paged<'_, P> {
    fn clone(&self) -> Self {
        Self {
            client: self.client,
            route: self.route,
            values: self.values.clone(),
            query: self.query.clone(),
            numbers: self.numbers.clone(),
            id: self.id,
            start: self.start.clone(),
            page: PhantomData,
        }
    }
}

impl<P> fmt::Debug for Paged<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paged")
            .field("operation", &self.route.operation_id)
            .field("values", &self.values)
            .field("query", &self.query)
            .field("numbers", &self.numbers)
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}

/// The items of a list as a stream, made by [`Paged::stream`]. The stream ends after an error.
pub struct Items<'a, P: Page> {
    pages: Paged<'a, P>,
    ready: vec::IntoIter<P::Item>,
    fetching: Option<BoxFuture<'a, Result<Answer<P>, Error>>>,
    ended: bool,
}

impl<P: Page> Items<'_, P> {
    /// Returns the next item, like `StreamExt::next`, but without that trait.
    pub async fn next(&mut self) -> Option<Result<P::Item, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<P: Page> Stream for Items<'_, P> {
    type Item = Result<P::Item, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.ready.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            if this.ended {
                return Poll::Ready(None);
            }
            let fetching = this.fetching.get_or_insert_with(|| this.pages.clone().into_future());
            let page = ready!(fetching.as_mut().poll(context));
            this.fetching = None;
            match page {
                Ok(page) => {
                    let page = page.into_inner();
                    // A page that names itself or an empty token as the next would make the list endless.
                    let last = this.pages.start.take().unwrap_or_default();
                    this.pages.start =
                        page.next_start().filter(|next| !next.is_empty() && *next != last);
                    this.ended = this.pages.start.is_none();
                    this.ready = page.into_items().into_iter();
                }
                Err(error) => {
                    this.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

impl<P: Page> fmt::Debug for Items<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).finish_non_exhaustive()
    }
}
