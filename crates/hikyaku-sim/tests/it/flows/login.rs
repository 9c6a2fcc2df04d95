//! The simulator's LINE Login page.

use hikyaku_sim::{Person, Sim};

use crate::browser::Browser;

async fn start() -> Option<(Sim, Browser, String)> {
    let browser = Browser::start(390, 844).await?;
    let sim = Sim::start().await.unwrap();
    sim.add_friend_as(Person { display_name: Some("Hana".into()), ..Person::default() });
    let back = format!("{}/back", sim.api_url());
    sim.login().add_redirect_uri(&back);
    let page = format!(
        "{}/oauth2/v2.1/authorize?response_type=code&client_id=sim-login-1&state=here&scope=profile&redirect_uri={back}",
        sim.api_url()
    );
    Some((sim, browser, page))
}

#[tokio::test]
async fn a_person_agrees_in_their_language() {
    let Some((_sim, mut browser, page)) = start().await else { return };
    for (lang, words) in [
        ("en", "Continue as Hana"),
        ("ja", "Hanaとして続ける"),
        ("zh-TW", "以 Hana 繼續"),
        ("th", "ดำเนินการต่อในฐานะ Hana"),
    ] {
        browser.open(&format!("{page}&ui_locales={lang}")).await;
        browser.until(&format!("document.querySelector('.go')?.textContent === '{words}'")).await;
        let wide = "document.documentElement.scrollWidth <= innerWidth";
        assert_eq!(browser.value(wide).await, true, "{lang}");
    }
    browser.click(".go").await;
    browser.until("location.pathname === '/back' && location.search.startsWith('?code=')").await;
    browser.until("location.search.endsWith('&state=here')").await;
}

#[tokio::test]
async fn a_person_denies() {
    let Some((_sim, mut browser, page)) = start().await else { return };
    browser.open(&page).await;
    browser.click("[value=deny]").await;
    browser
        .until("location.pathname === '/back' && new URLSearchParams(location.search).get('error') === 'ACCESS_DENIED'")
        .await;
}
