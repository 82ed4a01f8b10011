/**
 * A page that shows a run while it goes on: the charts of its report, fed through server-sent events.
 *
 * <p>The training thread hands rows to a bounded queue and does nothing else; one thread folds them into the view and
 * works out what has changed; each client has a thread that writes to it.
 */
@PublicApi
package org.steadygrad.live;

import org.steadygrad.check.PublicApi;
