/** Which cures there are for what health finds, and how a run file asks for them. */
package org.steadygrad.health.prescribe;
