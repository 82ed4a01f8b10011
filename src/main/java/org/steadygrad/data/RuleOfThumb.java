package org.steadygrad.data;

import java.util.Optional;
import org.steadygrad.check.Check;

/**
 * What can be said of a source's labels without any model, by a rule that knows more than a batch shows.
 *
 * @param name what the rule does, to follow "no better than": {@code repeating the last value (persistence)}
 * @param training batches of the same examples in the same order as the source's, whose labels are what the rule says
 * @param validation likewise; there if the source has such
 */
public record RuleOfThumb(String name, BatchSequence training, Optional<BatchSequence> validation) {
    public RuleOfThumb {
        Check.notNull(name, "RuleOfThumb", "name");
        Check.notNull(training, "RuleOfThumb", "training");
        Check.notNull(validation, "RuleOfThumb", "validation");
    }
}
