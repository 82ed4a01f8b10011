/**
 * What a run looks like: {@link org.steadygrad.report.RunView} holds it in bounded memory, {@link org.steadygrad.report.RunReader} reads
 * it from a run's files, {@link org.steadygrad.report.ReportPage} makes a page of it that needs nothing else, and
 * {@link org.steadygrad.report.ReportPictures} draws the page's charts without a browser.
 */
@PublicApi
package org.steadygrad.report;

import org.steadygrad.check.PublicApi;
