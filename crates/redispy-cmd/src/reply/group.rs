//! Replies that are one flat array of elements that belong together in groups.

use resp_proto::{Items, Node};

use super::{FromReply, ReplyError, Whole};

/// Elements next to each other in a reply that belong together: tuples of two to eight types that the caller picks.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no group of elements",
    label = "no tuple",
    note = "name a type for each pattern of `get`: `(String, Option<i64>)`"
)]
pub trait FromGroup: Sized {
    /// How many elements there are.
    const LEN: usize;

    /// Reads the next group, `None` when there is none left.
    #[doc(hidden)]
    fn next_group(items: &mut Items<'_>, whole: &Whole<'_>) -> Result<Option<Self>, ReplyError>;
}

/// Reads a flat array of groups.
pub(crate) fn groups<G: FromGroup>(node: Node<'_>) -> Result<Vec<G>, ReplyError> {
    Groups::from_reply(node).map(|groups| groups.0)
}

struct Groups<G>(Vec<G>);

impl<G: FromGroup> FromReply for Groups<G> {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        Whole::read(node)
    }

    fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
        let unfit = ReplyError::unexpected("an array", &node);
        let mut items = node.into_items().ok_or(unfit)?;
        let groups = std::iter::from_fn(|| G::next_group(&mut items, whole).transpose());
        groups.collect::<Result<_, _>>().map(Groups)
    }
}

macro_rules! tuples {
    ($($len:literal: $first:ident $($type:ident)*;)*) => {$(
        impl<$first: FromReply, $($type: FromReply),*> FromGroup for ($first, $($type),*) {
            const LEN: usize = $len;

            fn next_group(items: &mut Items<'_>, whole: &Whole<'_>) -> Result<Option<Self>, ReplyError> {
                let Some(first) = items.next() else { return Ok(None) };
                let incomplete = ReplyError::unexpected(concat!("groups of ", $len), &first);
                Ok(Some((
                    $first::from_part(first, whole)?,
                    $($type::from_part(items.next().ok_or_else(|| incomplete.clone())?, whole)?,)*
                )))
            }
        }
    )*};
}

tuples! {
    2: A B;
    3: A B C;
    4: A B C D;
    5: A B C D E;
    6: A B C D E F;
    7: A B C D E F G;
    8: A B C D E F G H;
}
