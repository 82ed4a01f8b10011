/**
 * A run as a stream of typed events, and the files of its folder.
 *
 * <p>Whoever does something in a run tells a {@link org.steadygrad.runlog.RunListener} of it, as a {@link org.steadygrad.runlog.RunEvent}.
 * {@link org.steadygrad.runlog.RunLogWriter} is the listener that files events, {@link org.steadygrad.runlog.RunLogReader} tells another one
 * of those that were filed. No other package knows the rows of the files or their keys.
 */
@PublicApi
package org.steadygrad.runlog;

import org.steadygrad.check.PublicApi;
