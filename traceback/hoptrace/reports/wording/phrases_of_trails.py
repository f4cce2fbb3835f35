"""The sentences of `hoptrace.tracing` on trails and handoffs, as patterns: longer ones before those that they hold."""

from __future__ import annotations

from hoptrace.reports.wording.language import message

TRAIL_PHRASES = (
    # The match with the reported call.
    message("{upper} says that it handed the call to {carrier}, which has no record of it."),
    message("The report names {carrier} as the carrier that delivered the call; it has no record of it."),
    message("The report names {carrier} as the carrier that delivered the call."),
    message("{carrier} has a record of a call to the reported number."),
    message("{carrier} has a record of a call to {number}, to which the call was sent on further up."),
    message(
        "By all the clocks of its trail together the call began {when} the reported time. Reports of these calls are "
        "{seconds} s late on average."
    ),
    message(
        "By all the clocks of its trail together the call began {when} the reported time. Reports of these calls are "
        "{seconds} s early on average."
    ),
    message(
        "By all the clocks of its trail together the call began {when} the reported time. The report tells the time of "
        "{carrier}'s own record, whose clock is {seconds} s fast."
    ),
    message(
        "By all the clocks of its trail together the call began {when} the reported time. The report tells the time of "
        "{carrier}'s own record, whose clock is {seconds} s slow."
    ),
    message("By all the clocks of its trail together the call began {when} the reported time."),
    message("The report gives the caller {reported}, {carrier} recorded {seen}."),
    message("The report names {carrier}."),
    message(
        "The same origin called again within seconds over another route; with {share} the report means this path. "
        "Also possible: {ways}."
    ),
    # Who names whom at a handoff.
    message("{lower} says that {carrier} handed it the call."),
    message(
        "{upper} says that it handed the call to {lower}; {lower} claims it for its own customer {customer}, which "
        "its neighbours' records contradict again and again."
    ),
    message(
        "{upper} handed the call to {below}, {lower} got it from {above}; neither has submitted records, so this "
        "step rests on numbers and time alone."
    ),
    message(
        "{lower} says that it got the call from {named}, which has submitted no records; {upper} does not say whom it "
        "handed it to, so this step rests on numbers and time alone."
    ),
    message("{upper} says that it handed the call to {lower}, and {lower} says that it got it from {upper}."),
    message("{lower} says that it got the call from {upper}; {upper} does not say whom it handed it to."),
    message(
        "{upper} says that it handed the call to {between}, which has no record of it; {lower} does not say who gave "
        "it the call."
    ),
    message("{upper} says that it handed the call to {lower}; {lower} does not say who gave it the call."),
    message(
        "{upper} says that it handed the call to {between}, {lower} says that it got it from {between}; {between} "
        "has no record of it."
    ),
    # The numbers.
    message(
        "{upper} recorded the call to {before}, {lower} to {after}: the number changed on the way. Calls to the one "
        "went in as calls to the other came out, {meetings} times."
    ),
    message("{upper} recorded the call to {before}, {lower} to {after}: the number changed on the way."),
    message("{upper} forwarded the call for {before} to {after}, the number that {lower} recorded."),
    message("Both recorded the called number {number}."),
    message("{upper} got the call for {before}, as {lower} did, but says that it sent it on to {after}."),
    message("The caller is withheld on one side."),
    message("Both recorded the caller {number}."),
    message("{upper} recorded the caller {one}, {lower} {other}: of a masked number only the beginning is compared."),
    message("{upper} recorded the caller {one}, {lower} {other}."),
    # Times, durations, ids, outcomes.
    message(
        "The local time in {carrier}'s record came twice as summer time ended, at {one} and at {other} UTC, and its "
        "file does not tell which of the two it was. "
        "The record of {others} bears out the first."
    ),
    message(
        "The local time in {carrier}'s record came twice as summer time ended, at {one} and at {other} UTC, and its "
        "file does not tell which of the two it was. "
        "The record of {others} bears out the second."
    ),
    message(
        "The local time in {carrier}'s record came twice as summer time ended, at {one} and at {other} UTC, and its "
        "file does not tell which of the two it was. "
        "The records of {others} bear out the first."
    ),
    message(
        "The local time in {carrier}'s record came twice as summer time ended, at {one} and at {other} UTC, and its "
        "file does not tell which of the two it was. "
        "The records of {others} bear out the second."
    ),
    message(
        "The local time in {carrier}'s record came twice as summer time ended, at {one} and at {other} UTC, and its "
        "file does not tell which of the two it was. "
        "No other record tells either; it is read as the first, which is nearer to the report."
    ),
    message(
        "The local time in {carrier}'s record came twice as summer time ended, at {one} and at {other} UTC, and its "
        "file does not tell which of the two it was. "
        "No other record tells either; it is read as the second, which is nearer to the report."
    ),
    message("Their Call-IDs begin alike: one was cut or got an ending of its own. Alone that says little."),
    message("One side stamps only the answer, so the times of arrival can only be compared loosely."),
    message(
        "{lower}'s {what} is {when} {upper}'s, clock offsets applied; {usual} s either way is usual between them "
        "({cut})."
    ),
    message("{lower}'s {what} is {when} {upper}'s, clock offsets applied; {usual} s either way is usual between them."),
    message("The answer times are {seconds} s apart."),
    message("{lower} recorded {one} s of conversation, {upper} {other} s."),
    message("Both recorded the same Call-ID."),
    message("The Call-ID that the one sent is not the one that the other got."),
    message("Their Call-IDs differ, as they do wherever a carrier ends and restarts the call."),
    message("Both say how it ended: {outcome}."),
    message("The SHAKEN origid is the same."),
    message("The SHAKEN origids differ."),
    # What speaks against a trail.
    message(
        "{lower} says that it got the call from {source}; {upper} says that it handed a call to the same number at "
        "that moment to {to}."
    ),
    message(
        "{lower} says that it got the call from {named}; {named} has submitted records of that time and has none of "
        "this call, as of {missing} of {said} calls that {lower} says it got there."
    ),
    message(
        "{witness} too says that it got calls of {caller} from {named}, which has no record of them either: that "
        "speaks for what {lower} says."
    ),
    message(
        "Customers of {named} show the caller id {caller} in other calls, those of {lower} in no record that was "
        "looked at: that speaks for what {lower} says."
    ),
    message(
        "{lower} says that it got the call from {named}, which has submitted no records of that time. Of {said} calls "
        "that it says it got from {others}, {missing} are not in the records there."
    ),
    message(
        "{last} says that its own customer {customer} placed the call; nothing at hand bears it out. Of {number} "
        "other calls of which it says so, {others} say that they handed them to {last}."
    ),
    message(
        "{last} says that its own customer {customer} placed the call; nothing at hand bears it out. Of {said} calls "
        "that it says it handed to carriers with records, {missing} are not in these."
    ),
    message(
        "{last} says that its own customer {customer} placed the call; nothing at hand bears it out. Of {callers} "
        "caller ids that this customer showed, {number} are shown more often by {others} customers of other carriers."
    ),
    # How a trail ends, and what other trails there are.
    message("{ending} It was redialled over other routes; the path of the call nearest to the report is given."),
    message("{why}; it ends: {ending}"),
    message("{last}'s own record says that its customer {customer} placed the call."),
    message("{last} took the call from {named}, a foreign carrier that has submitted nothing."),
    message("{last} got the call from {named}, which has submitted no records that cover the time."),
    message("{last} says that it got the call from {named}, whose records of that time do not show it."),
    message("{last}'s record does not say who handed it the call."),
    message("Another carrier's statement contradicts what {last} says of where it got the call from."),
    message("{last} says that its own customer placed the call; others' records speak against that."),
    message("{last} says that it got the call from {named}, whose records contradict it."),
    message("{last} says that it got the call from {named}; others contradict such words of it."),
    message(
        "The caller id was shown in calls to {number} other numbers within an hour that did not come from there, and "
        "no record ties the trail that fits best to the reported end."
    ),
    message(
        "Somebody else shows the same caller id to the same numbers within moments, and the end that is reported has "
        "no records: the report may mean a call of theirs, of which no record is at hand."
    ),
    message(
        "No record of the carrier that delivered the call is at hand, and so few carriers take part that the same "
        "caller id in a call from elsewhere would most likely not be on file: the record that fits best may be of "
        "another call."
    ),
    message(
        "The records that fit best tell of a call {seconds} s from the reported time, and the end that is reported has "
        "no record of it: most likely the report means another call, of which none is at hand."
    ),
    message(
        "Another call to the same number came as near to this one as reported times may be off, and looks as much like "
        "the reported one; the report could mean either."
    ),
    message(
        "Another call to the same number may have come as near to this one as reported times may be off, for all that "
        "the times of its records tell; the report could then mean either."
    ),
    message(
        "Records tell of a call to this number at that moment, but hardly of this one: caller, outcome or carriers are "
        "not those of the report. It may have no record on file."
    ),
    message("{number} trails fit about equally well; the records do not tell which one is this call."),
    message("One trail fits, but the reported call may well be another one, of which no record is at hand."),
    message("No carrier has submitted a record of this call."),
    # Whom to ask next.
    message("{lower} names it as its upstream; it has submitted no records of that time."),
    message("{lower} names it as its upstream; the records that it has submitted lack this call."),
    message("Its record does not name the upstream: ask which trunk the call came in on."),
    message("Its statement is contradicted: ask for the signalling record of this call."),
    message("Its record of that moment, with the Call-ID, would tell whether it is of this call."),
    message("It is said to have delivered the call and has no record of it here."),
    message("Its records of these calls, with Call-IDs, would tell them apart."),
    # The loosest of all comes last.
    message("{lower} says {outcome}, {upper} says {ended}."),
)

TRAIL_WORDS = (
    message("at the same moment as"),
    message("{seconds} s after"),
    message("{seconds} s before"),
    message("arrival time"),
    message("time of the final answer"),
    message("{carriers} cuts times to the {unit}"),
    message("{carriers} cut times to the {unit}"),
    message("second"),
    message("minute"),
    message("its own customer {customer}"),
    message("answered"),
    message("busy"),
    message("no answer"),
    message("cancelled"),
    message("failed"),
    message("unknown"),
    message("fits best"),
    message("came at the reported moment"),
    message("another call to the same number, {seconds} s from the reported time"),
    message("another record fits one handoff of the trail almost as well"),
)
"""Parts of sentences."""
