package org.steadygrad.runlog;

/** How much a finding matters. */
public enum Severity {
    /** Worth knowing; training goes on well enough. */
    INFO,
    /** Training is likely slower or worse than it could be. */
    WARNING,
    /** Training can't work like this. */
    ERROR
}
