package org.steadygrad.web;

/**
 * How long clients of the JDK's server may take. Requests are read by the threads that answer them, so that some that never end would shut
 * everyone else out, before it is known whether they have the token.
 */
public final class RequestTime {
    private static final String REQUEST = "sun.net.httpserver.maxReqTime";
    private static final String RESPONSE = "sun.net.httpserver.maxRspTime";

    private RequestTime() {}

    /**
     * Limits requests of all servers of this process that are opened from now on. The JDK reads the limit once, so that the first one counts,
     * and one that is set by {@value #REQUEST} counts before it.
     *
     * @param seconds until a request must be there
     */
    public static void limitRequests(int seconds) {
        limit(REQUEST, seconds);
    }

    /** The same of answers, which clients may be slow to take; not for servers whose answers go on and on. */
    public static void limitResponses(int seconds) {
        limit(RESPONSE, seconds);
    }

    private static void limit(String property, int seconds) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(seconds));
        }
    }
}
