use crate::{Error, route::Host, target::BaseUrl};

/// The URLs of LINE's hosts, as a program sets them.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostUrls {
    pub(crate) api: Option<String>,
    pub(crate) data: Option<String>,
    pub(crate) manager: Option<String>,
}

/// The URLs of LINE's hosts. A host without one cannot be reached.
#[derive(Debug)]
pub(crate) struct Hosts {
    pub(crate) api: BaseUrl,
    data: Option<BaseUrl>,
    manager: Option<BaseUrl>,
}

impl Hosts {
    /// A program that uses a simulator on its own machine never reaches LINE through a host that was not set: its token
    /// and its users' ids would go there.
    pub(crate) fn new(urls: &HostUrls) -> Result<Self, Error> {
        let set = |host: Host, url: &Option<String>| {
            url.as_ref().map(|url| BaseUrl::parse(property(host), url)).transpose()
        };
        let usual = |host: Host| BaseUrl::parse(property(host), host.default_url());
        let api = match set(Host::Api, &urls.api)? {
            Some(api) => api,
            None => usual(Host::Api)?,
        };
        let (data, manager) = (set(Host::Data, &urls.data)?, set(Host::Manager, &urls.manager)?);
        let known = [
            (Host::Api, Some(&api)),
            (Host::Data, data.as_ref()),
            (Host::Manager, manager.as_ref()),
        ];
        let first = |is: fn(&BaseUrl) -> bool| {
            known.iter().find(|(_, url)| url.is_some_and(is)).map(|(host, _)| *host)
        };
        if let (Some(loopback), Some(lines)) =
            (first(BaseUrl::is_loopback), first(BaseUrl::is_lines))
        {
            let why = format!(
                "is on this machine while {} is LINE's own, which would get what is meant for a simulator; set all \
                 hosts by base_url",
                property(lines)
            );
            return Err(Error::invalid(property(loopback), why));
        }
        let or_usual = |host: Host, url: Option<BaseUrl>| match url {
            None if !api.is_loopback() => usual(host).map(Some),
            url => Ok(url),
        };
        let (data, manager) = (or_usual(Host::Data, data)?, or_usual(Host::Manager, manager)?);
        Ok(Self { api, data, manager })
    }

    pub(crate) fn base_url(&self, host: Host) -> Result<&BaseUrl, Error> {
        let url = match host {
            Host::Api => Some(&self.api),
            Host::Data => self.data.as_ref(),
            Host::Manager => self.manager.as_ref(),
        };
        url.ok_or_else(|| {
            let why = "is not set, and api_base_url is this machine: set it too, or all hosts by base_url";
            Error::invalid(property(host), why)
        })
    }
}

fn property(host: Host) -> &'static str {
    match host {
        Host::Api => "api_base_url",
        Host::Data => "data_base_url",
        Host::Manager => "manager_base_url",
    }
}
