//! Replies of a fixed number of elements, each of its own type.

use resp_proto::Node;

use super::collections::elements;
use super::error::Shape;
use super::{FromReply, ReplyError, Whole, map};

macro_rules! tuple {
    ($expected:literal, $($type:ident $index:literal),*; $($list:item)?) => {
        impl<$($type: FromReply),*> FromReply for ($($type,)*) {
            fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
                Whole::read(node)
            }

            fn from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Self, ReplyError> {
                let shape = Shape::of(&node);
                let wrong = || ReplyError::mismatch($expected, shape.describe());
                let mut items = elements(node, $expected)?;
                let tuple = ($(
                    $type::from_part(items.next().ok_or_else(wrong)?, whole)
                        .map_err(|error| error.in_element($index))?,
                )*);
                if items.next().is_some() { Err(wrong()) } else { Ok(tuple) }
            }

            $($list)?
        }
    };
}

tuple!("an array of 1 element", A 0;);
tuple!("an array of 2 elements", A 0, B 1;
    fn list_from_part(node: Node<'_>, whole: &Whole<'_>) -> Result<Vec<Self>, ReplyError> {
        map::list(node, whole)
    }
);
tuple!("an array of 3 elements", A 0, B 1, C 2;);
tuple!("an array of 4 elements", A 0, B 1, C 2, D 3;);
tuple!("an array of 5 elements", A 0, B 1, C 2, D 3, E 4;);
tuple!("an array of 6 elements", A 0, B 1, C 2, D 3, E 4, F 5;);
tuple!("an array of 7 elements", A 0, B 1, C 2, D 3, E 4, F 5, G 6;);
tuple!("an array of 8 elements", A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;);
tuple!("an array of 9 elements", A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;);
tuple!("an array of 10 elements", A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;);
tuple!("an array of 11 elements", A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10;);
tuple!("an array of 12 elements", A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11;);
