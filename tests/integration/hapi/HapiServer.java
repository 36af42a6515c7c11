import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings.ClientIdStrategyEnum;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.provider.JpaSystemProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.jpa.test.config.TestR4Config;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.server.HardcodedServerAddressStrategy;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import java.net.InetSocketAddress;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * A HAPI FHIR R4 server on in-memory H2 for the integration tests: {@code java HapiServer.java PORT [PID]}.
 *
 * <p>Listens on 127.0.0.1 only, base URL {@code http://127.0.0.1:PORT/fhir}. Keeps nothing when it stops. With a PID it
 * ends when that process has ended, however that came about; without one it runs until it is stopped.
 */
public class HapiServer {

    private static final String HOST = "127.0.0.1";

    public static void main(String[] args) {
        try {
            if (args.length > 1) {
                endTogetherWith(Long.parseLong(args[1]));
            }
            serve(Integer.parseInt(args[0]));
        } catch (Throwable failure) {
            // The threads of the database would keep the process alive, and its caller waiting.
            failure.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private static void serve(int port) throws Exception {
        ApplicationContext spring = startStorage();

        ServletContextHandler routes = new ServletContextHandler("/");
        routes.addServlet(new ServletHolder(fhirServlet(spring, port)), "/fhir/*");
        Server jetty = new Server(new InetSocketAddress(HOST, port));
        jetty.setHandler(routes);
        jetty.start();
        jetty.join();
    }

    private static void endTogetherWith(long pid) {
        ProcessHandle.of(pid).ifPresentOrElse(
                owner -> owner.onExit().thenRun(() -> Runtime.getRuntime().halt(0)),
                () -> Runtime.getRuntime().halt(1));
    }

    /** The database and HAPI's beans, with clients choosing ids and every write visible to the next search. */
    private static ApplicationContext startStorage() {
        // Read while the context starts; left alone, the connection pool is small at random, on purpose.
        TestR4Config.ourMaxThreads = 20;
        ApplicationContext spring = new AnnotationConfigApplicationContext(TestR4Config.class);

        JpaStorageSettings settings = spring.getBean(JpaStorageSettings.class);
        settings.setResourceClientIdStrategy(ClientIdStrategyEnum.ANY);
        settings.setReuseCachedSearchResultsForMillis(null);
        settings.setEnforceReferentialIntegrityOnWrite(false);
        return spring;
    }

    private static RestfulServer fhirServlet(ApplicationContext spring, int port) {
        RestfulServer fhir = new RestfulServer(spring.getBean(FhirContext.class));
        fhir.setServerAddressStrategy(
                new HardcodedServerAddressStrategy("http://" + HOST + ":" + port + "/fhir"));
        fhir.setDefaultResponseEncoding(EncodingEnum.JSON);
        fhir.registerProviders(
                spring.getBean("myResourceProvidersR4", ResourceProviderFactory.class).createProviders());
        fhir.registerProvider(spring.getBean(JpaSystemProvider.class));
        fhir.setPagingProvider(spring.getBean(DatabaseBackedPagingProvider.class));
        fhir.setServerConformanceProvider(new JpaCapabilityStatementProvider(
                fhir,
                spring.getBean(IFhirSystemDao.class),
                spring.getBean(JpaStorageSettings.class),
                spring.getBean(ISearchParamRegistry.class),
                spring.getBean(IValidationSupport.class)));
        return fhir;
    }
}
