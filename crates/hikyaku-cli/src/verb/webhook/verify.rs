use clap::Args;
use hikyaku_webhook::Verifier;

use super::Channel;
use crate::{failure::refused, file, output::Output};

/// Tell whether a webhook's body comes from LINE
#[derive(Debug, Args)]
#[command(after_help = "\
The body must be the bytes as they came, not JSON that was parsed and written again. Exit code 4 says that it does not \
come from LINE, with the reason.

Examples:
  hikyaku webhook verify body.json --signature \"$SIGNATURE\"
  hikyaku webhook verify - --signature \"$SIGNATURE\" < body.json")]
pub(super) struct Verify {
    /// The body (- is stdin)
    file: String,

    /// The value of the header x-line-signature
    #[arg(long, value_name = "BASE64", allow_hyphen_values = true)]
    signature: String,

    #[command(flatten)]
    channel: Channel,
}

impl Verify {
    pub(super) fn run(self, output: Output) -> anyhow::Result<()> {
        let verifier = Verifier::new(&self.channel.secret()?);
        let body = file::read_exactly(&self.file)?;
        verifier.verify(&*self.signature, &body).map_err(|why| refused(why.to_string()))?;
        output.done("it comes from LINE")
    }
}
