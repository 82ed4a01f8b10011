package org.steadygrad;

/** Tells when it is loaded; a class on the class path that no model has to do with. */
public final class Unwanted {
    /** Name of the system property that loading sets. */
    public static final String LOADED = "steadygrad.test.unwanted";

    static {
        System.setProperty(LOADED, "loaded");
    }

    private Unwanted() {}
}
