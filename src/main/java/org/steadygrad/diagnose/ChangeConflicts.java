package org.steadygrad.diagnose;

import java.util.List;

/** Which changes of a run file can be made together. */
final class ChangeConflicts {
    private static final String INSERTION = "[+";

    private ChangeConflicts() {}

    /**
     * Whether neither of two lists of assignments touches what the other one sets. A new entry in a list moves those after
     * it, so that it gets along with no other change of that list.
     */
    static boolean compatible(List<String> some, List<String> others) {
        return some.stream().noneMatch(a -> others.stream().anyMatch(b -> clash(path(a), path(b))));
    }

    private static boolean clash(String a, String b) {
        return within(a, b) || within(b, a) || moves(a, b) || moves(b, a);
    }

    private static boolean within(String inner, String outer) {
        return inner.startsWith(outer)
                && (inner.length() == outer.length() || ".[".indexOf(inner.charAt(outer.length())) >= 0);
    }

    private static boolean moves(String insertion, String other) {
        int at = insertion.indexOf(INSERTION);
        return at >= 0 && within(other, insertion.substring(0, at));
    }

    private static String path(String assignment) {
        return assignment.substring(0, assignment.indexOf('=')).strip();
    }
}
