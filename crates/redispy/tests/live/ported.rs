//! Where the tests of the Python client's commands live on.
//!
//! The Python client that this library descends from has 215 tests of commands. Each has its like here, or a word on why there is
//! none. The table is in their order; what stands in its right column are tests of this directory, with `wire::` in front those of
//! `redispy-cmd/tests/wire`. A test below fails when one of them is gone.
//!
//! | original | ours |
//! |---|---|
//! | `test_response_callbacks` | `client::a_callback_belongs_to_its_client`, `client::callbacks_see_replies_first_on_all_clones` |
//! | `test_command_on_invalid_key_type` | `client::a_server_error_names_command_address_and_code` |
//! | `test_client_list` | `server::every_connection_is_listed_with_its_address` |
//! | `test_client_getname` | `server::a_fresh_connection_has_no_name` |
//! | `test_client_setname` | `server::a_connection_has_the_name_it_was_given` |
//! | `test_config_get` | `server::a_setting_is_read` |
//! | `test_config_resetstat` | `server::statistics_begin_again` |
//! | `test_config_set` | `server::a_setting_is_changed` |
//! | `test_dbsize` | `server::keys_of_the_database_are_counted` |
//! | `test_echo` | `server::the_server_echoes_bytes` |
//! | `test_info` | `server::info_counts_the_keys_of_a_database` |
//! | `test_lastsave` | `server::the_time_of_the_last_save_is_told` |
//! | `test_object` | `generic::the_server_tells_about_its_objects`, `generic::there_is_nothing_to_tell_about_missing_objects` |
//! | `test_ping` | `server::the_server_answers_a_ping` |
//! | `test_slowlog_get` | `server::slow_commands_are_logged_newest_first` |
//! | `test_slowlog_get_limit` | `server::the_newest_slow_commands_only` |
//! | `test_slowlog_length` | `server::slow_commands_are_counted` |
//! | `test_time` | `server::the_time_of_the_server_is_told` |
//! | `test_append` | `string::values_are_appended_to` |
//! | `test_bitcount` | `bitmap::bits_are_counted_as_they_come_and_go`, `bitmap::bits_are_counted_within_bytes` |
//! | `test_bitop_not_empty_string` | `bitmap::no_bits_inverted_are_no_value` |
//! | `test_bitop_not` | `bitmap::bits_are_inverted` |
//! | `test_bitop_not_in_place` | `bitmap::bits_are_inverted_in_place` |
//! | `test_bitop_single_string` | `bitmap::one_string_combined_is_a_copy` |
//! | `test_bitop_string_operands` | `bitmap::strings_are_combined_bit_by_bit` |
//! | `test_bitpos` | `bitmap::the_first_bit_is_found` |
//! | `test_bitpos_wrong_arguments` | `bitmap::a_bit_is_zero_or_one`; an end without a start does not compile |
//! | `test_decr` | `string::numbers_go_down` |
//! | `test_delete` | `generic::deleting_tells_whether_there_was_a_key` |
//! | `test_delete_with_multiple_keys` | `generic::many_keys_are_deleted_at_once` |
//! | `test_delitem` | `generic::deleting_tells_whether_there_was_a_key`; there is no mapping syntax |
//! | `test_dump_and_restore` | `generic::a_value_survives_dump_delete_and_restore` |
//! | `test_dump_and_restore_and_replace` | `generic::a_value_is_restored_over_another_when_told_so` |
//! | `test_exists` | `generic::keys_are_there_or_not` |
//! | `test_exists_contains` | `generic::keys_are_there_or_not`; there is no mapping syntax |
//! | `test_expire` | `expire::a_key_expires_in_seconds_until_it_is_persisted` |
//! | `test_expireat_datetime` | `expire::expireat_takes_a_time` |
//! | `test_expireat_no_key` | `expire::expireat_tells_of_a_missing_key` |
//! | `test_expireat_unixtime` | `expire::expireat_takes_unix_seconds` |
//! | `test_get_and_set` | `values::values_of_any_type_come_back` |
//! | `test_getitem_and_setitem` | `values::values_of_any_type_come_back`; there is no mapping syntax |
//! | `test_getitem_raises_keyerror_for_missing_key` | `values::a_missing_value_is_not_an_empty_one`; `None` instead of an exception |
//! | `test_getitem_does_not_raise_keyerror_for_empty_string` | `values::a_missing_value_is_not_an_empty_one` |
//! | `test_get_set_bit` | `bitmap::bits_are_set_and_read` |
//! | `test_getrange` | `string::ranges_of_a_value` |
//! | `test_getset` | `string::the_old_value_comes_back_when_another_is_set` |
//! | `test_incr` | `string::numbers_go_up` |
//! | `test_incrby` | `string::a_number_that_is_missing_goes_up_from_zero` |
//! | `test_incrbyfloat` | `string::floats_go_up` |
//! | `test_keys` | `generic::keys_are_found_by_pattern` |
//! | `test_mget` | `string::many_values_are_read_at_once` |
//! | `test_mset` | `string::many_values_are_set_at_once_from_a_map` |
//! | `test_mset_kwargs` | `string::many_values_are_set_at_once_from_pairs` |
//! | `test_msetnx` | `string::many_values_are_set_unless_there_is_one_of_them` |
//! | `test_msetnx_kwargs` | `string::pairs_are_set_unless_there_is_one_of_them` |
//! | `test_pexpire` | `expire::a_key_expires_in_milliseconds_until_it_is_persisted` |
//! | `test_pexpireat_datetime` | `expire::pexpireat_takes_a_time` |
//! | `test_pexpireat_no_key` | `expire::pexpireat_tells_of_a_missing_key` |
//! | `test_pexpireat_unixtime` | `expire::pexpireat_takes_unix_milliseconds` |
//! | `test_psetex` | `string::psetex_takes_milliseconds` |
//! | `test_psetex_timedelta` | `string::psetex_takes_a_duration` |
//! | `test_randomkey` | `generic::a_random_key_is_one_of_them` |
//! | `test_rename` | `generic::keys_are_renamed` |
//! | `test_renamenx` | `generic::keys_are_not_renamed_over_others` |
//! | `test_set_nx` | `string::set_nx_keeps_what_there_is` |
//! | `test_set_xx` | `string::set_xx_replaces_only_what_there_is` |
//! | `test_set_px` | `string::set_takes_an_expiry_in_milliseconds` |
//! | `test_set_px_timedelta` | `string::set_takes_an_expiry_in_milliseconds_as_a_duration` |
//! | `test_set_ex` | `string::set_takes_an_expiry_in_seconds` |
//! | `test_set_ex_timedelta` | `string::set_takes_an_expiry_in_seconds_as_a_duration` |
//! | `test_set_multipleoptions` | `string::set_takes_a_condition_and_an_expiry` |
//! | `test_setex` | `legacy::setex_has_the_value_before_the_time` |
//! | `test_setnx` | `string::a_value_is_set_unless_there_is_one` |
//! | `test_setrange` | `string::a_part_of_a_value_is_written` |
//! | `test_strlen` | `string::lengths_of_values` |
//! | `test_substr` | `string::ranges_of_a_value_by_the_old_name`; the end is always given |
//! | `test_type` | `generic::every_type_has_its_name` |
//! | `test_blpop` | `list::heads_are_popped_from_the_first_list_that_has_elements` |
//! | `test_brpop` | `list::tails_are_popped_from_the_first_list_that_has_elements` |
//! | `test_brpoplpush` | `list::the_last_element_moves_to_another_list_or_is_waited_for` |
//! | `test_brpoplpush_empty_string` | `list::an_empty_element_that_moves_is_not_the_end_of_the_wait` |
//! | `test_lindex` | `list::elements_are_found_by_their_place`; an index is an integer |
//! | `test_linsert` | `list::elements_are_inserted_beside_others` |
//! | `test_llen` | `list::elements_are_counted` |
//! | `test_lpop` | `list::elements_are_popped_from_the_head` |
//! | `test_lpush` | `list::elements_are_pushed_at_the_head` |
//! | `test_lpushx` | `list::elements_are_pushed_at_the_head_of_lists_that_are_there` |
//! | `test_lrange` | `list::ranges_of_a_list` |
//! | `test_lrem` | `legacy::lrem_has_the_element_before_the_count` |
//! | `test_lset` | `list::elements_are_replaced` |
//! | `test_ltrim` | `list::lists_are_trimmed` |
//! | `test_rpop` | `list::elements_are_popped_from_the_tail` |
//! | `test_rpoplpush` | `list::the_last_element_moves_to_another_list` |
//! | `test_rpush` | `list::elements_are_pushed_at_the_tail` |
//! | `test_rpushx` | `list::elements_are_pushed_at_the_tail_of_lists_that_are_there` |
//! | `test_scan` | `generic::a_scan_of_few_keys_is_one_page` |
//! | `test_scan_iter` | `scan::keys_come_all_or_by_pattern` |
//! | `test_sscan` | `set::a_scan_of_some_members` |
//! | `test_sscan_iter` | `scan::members_come_all_or_by_pattern` |
//! | `test_hscan` | `hash::a_scan_of_few_fields_is_one_page` |
//! | `test_hscan_iter` | `scan::fields_come_all_or_by_pattern` |
//! | `test_zscan` | `sorted_set::a_scan_of_some_members` |
//! | `test_zscan_iter` | `scan::members_with_scores_come_all_or_by_pattern` |
//! | `test_sadd` | `set::members_are_added` |
//! | `test_scard` | `set::members_are_counted` |
//! | `test_sdiff` | `set::what_one_set_has_and_others_have_not` |
//! | `test_sdiffstore` | `set::what_one_set_has_and_others_have_not_is_stored` |
//! | `test_sinter` | `set::what_sets_have_in_common` |
//! | `test_sinterstore` | `set::what_sets_have_in_common_is_stored` |
//! | `test_sismember` | `set::members_are_told_from_others` |
//! | `test_smembers` | `set::all_members_are_a_set` |
//! | `test_smove` | `set::a_member_moves_to_another_set` |
//! | `test_spop` | `set::a_random_member_is_taken` |
//! | `test_srandmember` | `set::a_random_member_is_told` |
//! | `test_srandmember_multi_value` | `set::random_members_are_told` |
//! | `test_srem` | `set::members_are_removed` |
//! | `test_sunion` | `set::what_any_set_has` |
//! | `test_sunionstore` | `set::what_any_set_has_is_stored` |
//! | `test_zadd` | `sorted_set::members_are_added_with_their_scores` |
//! | `test_zcard` | `sorted_set::members_are_counted` |
//! | `test_zcount` | `sorted_set::members_between_scores_are_counted` |
//! | `test_zincrby` | `sorted_set::scores_go_up_and_down` |
//! | `test_zlexcount` | `sorted_set::range::members_within_a_range_are_counted` |
//! | `test_zinterstore_sum` | `sorted_set::combine::common_members_are_stored_with_the_sum_of_their_scores` |
//! | `test_zinterstore_max` | `sorted_set::combine::common_members_are_stored_with_the_highest_of_their_scores` |
//! | `test_zinterstore_min` | `sorted_set::combine::common_members_are_stored_with_the_lowest_of_their_scores` |
//! | `test_zinterstore_with_weight` | `sorted_set::combine::common_members_are_stored_with_weighted_scores` |
//! | `test_zrange` | `sorted_set::range::ranges_by_rank`, `sorted_set::range::ranges_by_rank_with_scores` |
//! | `test_zrangebylex` | `sorted_set::range::ranges_of_members` |
//! | `test_zrevrangebylex` | `sorted_set::range::ranges_of_members_from_above` |
//! | `test_zrangebyscore` | `sorted_set::range::ranges_of_scores` |
//! | `test_zrank` | `sorted_set::ranks_from_below` |
//! | `test_zrem` | `sorted_set::a_member_is_removed` |
//! | `test_zrem_multiple_keys` | `sorted_set::many_members_are_removed_at_once` |
//! | `test_zremrangebylex` | `sorted_set::range::ranges_of_members_are_removed` |
//! | `test_zremrangebyrank` | `sorted_set::range::ranges_of_ranks_are_removed` |
//! | `test_zremrangebyscore` | `sorted_set::range::ranges_of_scores_are_removed` |
//! | `test_zrevrange` | `sorted_set::range::ranges_by_rank_from_above` |
//! | `test_zrevrangebyscore` | `sorted_set::range::ranges_of_scores_from_above` |
//! | `test_zrevrank` | `sorted_set::ranks_from_above` |
//! | `test_zscore` | `sorted_set::members_have_scores` |
//! | `test_zunionstore_sum` | `sorted_set::combine::all_members_are_stored_with_the_sum_of_their_scores` |
//! | `test_zunionstore_max` | `sorted_set::combine::all_members_are_stored_with_the_highest_of_their_scores` |
//! | `test_zunionstore_min` | `sorted_set::combine::all_members_are_stored_with_the_lowest_of_their_scores` |
//! | `test_zunionstore_with_weight` | `sorted_set::combine::all_members_are_stored_with_weighted_scores` |
//! | `test_pfadd` | `hyperloglog::adding_tells_whether_the_count_changes` |
//! | `test_pfcount` | `hyperloglog::different_elements_are_counted` |
//! | `test_pfmerge` | `hyperloglog::counts_are_merged` |
//! | `test_hget_and_hset` | `hash::fields_are_set_and_read` |
//! | `test_hdel` | `hash::fields_are_deleted` |
//! | `test_hexists` | `hash::fields_are_there_or_not` |
//! | `test_hgetall` | `hash::a_whole_hash_is_a_map` |
//! | `test_hincrby` | `hash::integers_in_fields_go_up_and_down` |
//! | `test_hincrbyfloat` | `hash::floats_in_fields_go_up` |
//! | `test_hkeys` | `hash::all_fields_are_listed` |
//! | `test_hlen` | `hash::fields_are_counted` |
//! | `test_hmget` | `hash::many_fields_are_read_at_once` |
//! | `test_hmset` | `hash::many_fields_are_set_by_the_old_name` |
//! | `test_hsetnx` | `hash::fields_are_set_unless_they_are_there` |
//! | `test_hvals` | `hash::all_values_are_listed` |
//! | `test_sort_basic` | `sort::elements_are_sorted_by_number` |
//! | `test_sort_limited` | `sort::some_of_the_sorted_elements` |
//! | `test_sort_by` | `sort::elements_are_sorted_by_values_of_other_keys` |
//! | `test_sort_get` | `sort::sorting_gives_values_of_other_keys` |
//! | `test_sort_get_multi` | `sort::sorting_gives_many_values_for_each_element` |
//! | `test_sort_get_groups_two` | `sort::sorting_gives_pairs` |
//! | `test_sort_groups_string_get` | `sort::pairs_of_sorted_elements_need_two_patterns_not_one` |
//! | `test_sort_groups_just_one_get` | `sort::pairs_of_sorted_elements_need_two_patterns_not_a_list_of_one` |
//! | `test_sort_groups_no_get` | `sort::pairs_of_sorted_elements_need_patterns` |
//! | `test_sort_groups_three_gets` | `sort::sorting_gives_triples` |
//! | `test_sort_desc` | `sort::elements_are_sorted_downwards` |
//! | `test_sort_alpha` | `sort::elements_are_sorted_as_text` |
//! | `test_sort_store` | `sort::sorted_elements_are_stored` |
//! | `test_sort_all_options` | `sort::sorting_takes_all_its_options_at_once` |
//! | `test_cluster_addslots` | `cluster::a_node_gets_slots_and_loses_them` |
//! | `test_cluster_count_failure_reports` | `cluster::a_node_tells_of_itself` |
//! | `test_cluster_countkeysinslot` | `cluster::slots_hold_keys` |
//! | `test_cluster_delslots` | `cluster::a_node_gets_slots_and_loses_them` |
//! | `test_cluster_failover` | `cluster::a_replica_takes_its_masters_place` |
//! | `test_cluster_forget` | `cluster::a_replica_takes_its_masters_place` |
//! | `test_cluster_info` | `cluster::a_node_gets_slots_and_loses_them`, `wire::cluster::what_a_node_says_of_the_cluster` |
//! | `test_cluster_keyslot` | `cluster::a_node_tells_of_itself` |
//! | `test_cluster_meet` | `cluster::two_nodes_are_linked_and_slots_move_between_them` |
//! | `test_cluster_nodes` | `cluster::a_node_tells_of_itself`, `wire::cluster::nodes_are_lines` |
//! | `test_cluster_replicate` | `cluster::a_replica_takes_its_masters_place` |
//! | `test_cluster_reset` | `cluster::a_node_tells_of_itself` |
//! | `test_cluster_saveconfig` | `cluster::a_node_gets_slots_and_loses_them` |
//! | `test_cluster_setslot` | `cluster::slots_hold_keys`, `cluster::two_nodes_are_linked_and_slots_move_between_them` |
//! | `test_cluster_slaves` | `cluster::a_replica_takes_its_masters_place`, `wire::cluster::replicas_are_a_list_of_lines` |
//! | `test_geoadd` | `geo::places_are_added` |
//! | `test_geoadd_invalid_params` | `geo::no_places_are_not_sent`; a place without its member does not compile |
//! | `test_geodist` | `geo::distances_between_members` |
//! | `test_geodist_units` | `geo::distances_in_each_unit` |
//! | `test_geodist_invalid_units` | none: a unit is an enum, so another does not compile |
//! | `test_geohash` | `geo::hashes_of_places` |
//! | `test_geopos` | `geo::positions_of_places` |
//! | `test_georadius` | `geo::members_within_a_radius` |
//! | `test_georadius_no_values` | `geo::nobody_within_a_radius` |
//! | `test_georadius_units` | `geo::members_within_a_radius_in_another_unit` |
//! | `test_georadius_with` | `geo::members_within_a_radius_with_all_that_is_known_of_them`, `geo::members_within_a_radius_with_some_of_what_is_known`, `geo::nobody_within_a_radius` |
//! | `test_georadius_count` | `geo::some_members_within_a_radius` |
//! | `test_georadius_sort` | `geo::members_within_a_radius_by_distance` |
//! | `test_georadius_store` | `geo::members_within_a_radius_are_stored` |
//! | `test_georadius_store_dist` | `geo::members_within_a_radius_are_stored_with_their_distances` |
//! | `test_georadiusmember` | `geo::members_around_a_member`, `geo::members_around_a_member_with_all_that_is_known_of_them` |
//! | `test_strict_zadd` | `sorted_set::scores_stand_before_their_members` |
//! | `test_strict_lrem` | `list::all_equal_elements_are_removed` |
//! | `test_strict_setex` | `string::setex_takes_seconds` |
//! | `test_strict_ttl` | `expire::a_key_expires_in_seconds_until_it_is_persisted` |
//! | `test_strict_pttl` | `expire::a_key_expires_in_milliseconds_until_it_is_persisted` |
//! | `test_binary_get_set` | `values::keys_and_values_hold_any_byte` |
//! | `test_binary_lists` | `values::lists_of_any_bytes_are_kept_under_keys_of_any_bytes` |
//! | `test_22_info` | `wire::info::a_long_list_of_one_field_is_kept_whole` |
//! | `test_large_responses` | `values::values_of_megabytes_come_back` |
//! | `test_floating_point_encoding` | `sorted_set::scores_keep_all_their_digits` |

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// How many tests the Python client has.
const ORIGINALS: usize = 215;

/// The rows of the table: an original's name, and what is said of it.
fn rows() -> Vec<(&'static str, &'static str)> {
    rows_of(include_str!("ported.rs"))
}

fn rows_of(source: &'static str) -> Vec<(&'static str, &'static str)> {
    let row = |line: &'static str| line.strip_prefix("//! | `")?.strip_suffix(" |")?.split_once("` | ");
    source.lines().filter_map(row).collect()
}

/// The names of tests in what is said.
fn tests(said: &str) -> impl Iterator<Item = &str> {
    said.split('`').filter(|word| word.contains("::"))
}

/// The file that holds a module of tests.
fn file(module: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live");
    let (directory, module) = match module.strip_prefix("wire::") {
        Some(module) => (tests.join("../../../redispy-cmd/tests/wire"), module),
        None => (tests, module),
    };
    directory.join(module.replace("::", "/")).with_extension("rs")
}

#[test]
fn every_original_has_one_row() {
    let names: BTreeSet<&str> = rows().iter().map(|(original, _)| *original).collect();
    assert_eq!((rows().len(), names.len()), (ORIGINALS, ORIGINALS));
    assert!(names.iter().all(|name| name.starts_with("test_")), "{names:?}");
}

#[test]
fn every_row_names_tests_or_says_why_there_are_none() {
    for (original, said) in rows() {
        let reason = said.strip_prefix("none").is_some_and(|reason| reason.len() > 20);
        assert!(reason || tests(said).next().is_some(), "{original}: {said}");
    }
}

#[test]
fn every_test_that_a_row_names_is_there() {
    let is_there = |test: &&str| {
        let (module, name) = test.rsplit_once("::").unwrap();
        let source = fs::read_to_string(file(module)).unwrap_or_default();
        source.contains(&format!("#[test]\nfn {name}() {{\n"))
    };
    let pipelines = rows_of(include_str!("pipeline.rs"));
    assert_eq!(pipelines.len(), 14);
    let rows = rows().into_iter().chain(pipelines);
    let gone: Vec<&str> = rows.flat_map(|(_, said)| tests(said)).filter(|test| !is_there(test)).collect();
    assert!(gone.is_empty(), "{gone:?}");
}
