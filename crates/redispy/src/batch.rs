//! Any number of commands of one reply type, sent at once.

use redispy_cmd::IntoCmd;

use crate::Result;
use crate::client::Limit;
use crate::pipeline::{Commands, Form, Several, Target};

pub(crate) fn run<C: IntoCmd>(
    target: &Target,
    limit: Limit,
    commands: impl IntoIterator<Item = C>,
) -> Result<Vec<C::Reply>> {
    let mut batch = Commands::default();
    let readers = batch.extend(commands);
    let mut replies = Several::new(readers);
    target.run(&mut batch, Form::Batch, limit, &mut replies)?;
    replies.take()
}
