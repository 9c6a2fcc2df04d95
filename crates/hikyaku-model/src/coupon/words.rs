use crate::word::words;

words! {
    /// The visibility of a coupon.
    CouponVisibility {
        Public = "PUBLIC",
        Unlisted = "UNLISTED",
        Private = "PRIVATE",
    }

    /// The status of a coupon in its life cycle.
    CouponStatus {
        Draft = "DRAFT",
        Running = "RUNNING",
        Closed = "CLOSED",
    }

    /// The currency of a coupon's amounts.
    CouponCurrency {
        Jpy = "JPY",
        Thb = "THB",
        Twd = "TWD",
    }

    /// The time zone in which a coupon's dates are shown.
    CouponTimezone {
        EtcGmtMinus12 = "ETC_GMT_MINUS_12",
        EtcGmtMinus11 = "ETC_GMT_MINUS_11",
        PacificHonolulu = "PACIFIC_HONOLULU",
        AmericaAnchorage = "AMERICA_ANCHORAGE",
        AmericaLosAngeles = "AMERICA_LOS_ANGELES",
        AmericaPhoenix = "AMERICA_PHOENIX",
        AmericaChicago = "AMERICA_CHICAGO",
        AmericaNewYork = "AMERICA_NEW_YORK",
        AmericaCaracas = "AMERICA_CARACAS",
        AmericaSantiago = "AMERICA_SANTIAGO",
        AmericaStJohns = "AMERICA_ST_JOHNS",
        AmericaSaoPaulo = "AMERICA_SAO_PAULO",
        EtcGmtMinus2 = "ETC_GMT_MINUS_2",
        AtlanticCapeVerde = "ATLANTIC_CAPE_VERDE",
        EuropeLondon = "EUROPE_LONDON",
        EuropeParis = "EUROPE_PARIS",
        EuropeIstanbul = "EUROPE_ISTANBUL",
        EuropeMoscow = "EUROPE_MOSCOW",
        AsiaTehran = "ASIA_TEHRAN",
        AsiaTbilisi = "ASIA_TBILISI",
        AsiaKabul = "ASIA_KABUL",
        AsiaTashkent = "ASIA_TASHKENT",
        AsiaColombo = "ASIA_COLOMBO",
        AsiaKathmandu = "ASIA_KATHMANDU",
        AsiaAlmaty = "ASIA_ALMATY",
        AsiaRangoon = "ASIA_RANGOON",
        AsiaBangkok = "ASIA_BANGKOK",
        AsiaTaipei = "ASIA_TAIPEI",
        AsiaTokyo = "ASIA_TOKYO",
        AustraliaDarwin = "AUSTRALIA_DARWIN",
        AustraliaSydney = "AUSTRALIA_SYDNEY",
        AsiaVladivostok = "ASIA_VLADIVOSTOK",
        EtcGmtPlus12 = "ETC_GMT_PLUS_12",
        PacificTongatapu = "PACIFIC_TONGATAPU",
    }
}
