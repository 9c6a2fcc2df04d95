use std::{
    collections::BTreeSet,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use crate::private_file::replace;

/// How long a certificate is good. Apple's systems take none of more than 825 days.
const LIFE: SignedDuration = SignedDuration::from_hours(800 * 24);

/// How much of that must be left at a start.
const LEFT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The certificate that a simulator shows, and that of the authority that signed it.
///
/// The authority is made for this one certificate and its key is thrown away, so that anyone who trusts it trusts nothing
/// else.
#[derive(Clone)]
pub(crate) struct Certificate {
    /// The authority's, as PEM: what clients are to trust.
    pub(crate) authority: String,
    /// The simulator's own with its key, as PEM.
    pub(crate) own: String,
    /// Where the authority's is kept, if it is.
    pub(crate) path: Option<PathBuf>,
}

/// What the first line of a kept certificate says, before the names.
const FOR: &str = "# hikyaku-sim: ";

impl Certificate {
    /// Makes one for these host names and addresses.
    pub(super) fn make(names: BTreeSet<String>) -> io::Result<Self> {
        let now = Timestamp::now();
        let authority_key = KeyPair::generate().map_err(io::Error::other)?;
        let mut authority = params(BTreeSet::new(), now)?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let name = format!(
            "hikyaku-sim on this machine, {}",
            &uuid::Uuid::new_v4().simple().to_string()[..8]
        );
        authority.distinguished_name.push(DnType::CommonName, name);
        let authority =
            CertifiedIssuer::self_signed(authority, authority_key).map_err(io::Error::other)?;
        let until = now + LIFE;
        let head = format!("{FOR}{} until {until:.0}\n", Vec::from_iter(names.clone()).join(","));
        let mut own = params(names, now)?;
        own.is_ca = IsCa::ExplicitNoCa;
        own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        own.use_authority_key_identifier_extension = true;
        own.distinguished_name.push(DnType::CommonName, "hikyaku-sim");
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = own.signed_by(&key, &authority).map_err(io::Error::other)?;
        let own = format!("{head}{}{}{}", certificate.pem(), authority.pem(), key.serialize_pem());
        Ok(Self { authority: authority.pem(), own, path: None })
    }

    /// The one that is kept in a folder, if it is for these names and good for some time; else a new one, which is kept
    /// there from now on.
    pub(super) fn keep(folder: &Path, names: BTreeSet<String>) -> io::Result<Self> {
        let (own, authority) = (folder.join("server.pem"), folder.join("ca.pem"));
        let kept = match fs::read_to_string(&own) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            read => Some(read?),
        };
        let kept = kept.and_then(|kept| Some((Head::read(&kept)?, kept)));
        let certificate = match kept {
            Some((head, own)) if head.is_good(&names) => {
                let authority = own.split_inclusive("-----END CERTIFICATE-----\n").nth(1);
                let authority = authority.unwrap_or_default().to_owned();
                Self { authority, own, path: None }
            }
            kept => {
                // Names that were wanted before stay good.
                let before = kept.map(|(head, _)| head.names).unwrap_or_default();
                let made = Self::make(names.into_iter().chain(before).collect())?;
                fs::create_dir_all(folder)?;
                replace(&own, made.own.as_bytes())?;
                made
            }
        };
        if fs::read_to_string(&authority).ok().as_ref() != Some(&certificate.authority) {
            fs::write(&authority, &certificate.authority)?;
        }
        Ok(Self { path: Some(authority), ..certificate })
    }

    /// What a server shows, and the key to it.
    pub(super) fn read(
        &self,
    ) -> io::Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
        let own = self.own.as_bytes();
        let chain = CertificateDer::pem_slice_iter(own).collect::<Result<_, _>>();
        let key = PrivateKeyDer::from_pem_slice(own);
        Ok((chain.map_err(io::Error::other)?, key.map_err(io::Error::other)?))
    }
}

/// What a kept certificate says of itself.
struct Head {
    names: BTreeSet<String>,
    until: Timestamp,
}

impl Head {
    fn read(pem: &str) -> Option<Self> {
        let (names, until) = pem.lines().next()?.strip_prefix(FOR)?.split_once(" until ")?;
        let names = names.split(',').map(str::to_owned).collect();
        Some(Self { names, until: until.parse().ok()? })
    }

    fn is_good(&self, names: &BTreeSet<String>) -> bool {
        self.names.is_superset(names) && self.until > Timestamp::now() + LEFT
    }
}

/// What both certificates have in common: they begin the day before, for clocks that are slow.
fn params(names: BTreeSet<String>, now: Timestamp) -> io::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::from_iter(names)).map_err(io::Error::other)?;
    let day = |time: Timestamp| {
        let date = time.to_zoned(TimeZone::UTC).date();
        let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        date_time_ymd(date.year().into(), month, day)
    };
    params.not_before = day(now - SignedDuration::from_hours(24));
    params.not_after = day(now + LIFE);
    params.distinguished_name = rcgen::DistinguishedName::new();
    Ok(params)
}
