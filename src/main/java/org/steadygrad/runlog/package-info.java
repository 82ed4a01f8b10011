/** What a run says of itself: looks, distributions, findings and its result, and the files of its folder. */
package org.steadygrad.runlog;
